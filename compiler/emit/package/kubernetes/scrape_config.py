"""One scrape job as the spec of a `ScrapeConfig`.

It says what the entry of ``prometheus.yml`` says, in the operator's words; secrets and certificates
are keys of one Secret, of which the operator makes files.
"""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any, Final

from compiler.lower.scrapes import relabelling
from compiler.targets.kubernetes import SECRETS, secret_key
from runtime.contract.units import format_duration

if TYPE_CHECKING:
    from collections.abc import Iterable

    from compiler.lower.plan import ScrapePlan
    from compiler.model.scrape import Discovery, Relabel, ScrapeJob, Tls
    from runtime.contract.secret import Secret

ROLES: Final = {"endpointslice": "EndpointSlice"}
"""Roles whose name in the operator's words is more than capitalised."""


def scrape_config(job: ScrapePlan) -> dict[str, Any]:
    """Given a scrape job, return the spec of its `ScrapeConfig`; defaults are left out."""
    entry = job.entry
    written: dict[str, Any] = {
        "jobName": job.name,
        "scrapeInterval": format_duration(job.interval_seconds),
        "scrapeTimeout": format_duration(job.timeout_seconds),
    }
    if entry.path != "/metrics":
        written["metricsPath"] = entry.path
    if entry.scheme != "http":
        written["scheme"] = entry.scheme.upper()
    if entry.params:
        written["params"] = {name: list(values) for name, values in entry.params.items()}
    if entry.honor_labels:
        written["honorLabels"] = True
    if entry.sample_limit is not None:
        written["sampleLimit"] = entry.sample_limit
    written |= _access(entry) | _targets(entry)
    if steps := _steps(relabelling(entry)):
        written["relabelings"] = steps
    if steps := _steps(entry.metric_relabel):
        written["metricRelabelings"] = steps
    return written


def _key(name: str) -> dict[str, str]:
    return {"name": SECRETS, "key": name}


def _held(secret: Secret) -> str | None:
    """Return the key of a secret; None for one of the environment, which a rule refuses."""
    if secret.credential is not None:
        return secret_key("credential", secret.credential)
    return None if secret.file is None else secret_key("file", secret.file)


def _access(entry: ScrapeJob) -> dict[str, Any]:
    written: dict[str, Any] = {}
    if entry.basic_auth is not None and (key := _held(entry.basic_auth.password)):
        # The operator reads the user's name from a Secret, too.
        written["basicAuth"] = {"username": _key(f"{key}.username"), "password": _key(key)}
    if entry.bearer is not None and (key := _held(entry.bearer)):
        written["authorization"] = {"credentials": _key(key)}
    if entry.tls is not None and (tls := _tls(entry.tls)):
        written["tlsConfig"] = tls
    return written


def _tls(tls: Tls) -> dict[str, Any]:
    written: dict[str, Any] = {}
    if tls.ca_file is not None:
        written["ca"] = {"secret": _key(secret_key("file", tls.ca_file))}
    if tls.cert_file is not None:
        written["cert"] = {"secret": _key(secret_key("file", tls.cert_file))}
    if tls.key_file is not None:
        written["keySecret"] = _key(secret_key("file", tls.key_file))
    if tls.server_name is not None:
        written["serverName"] = tls.server_name
    if tls.insecure_skip_verify is not None:
        written["insecureSkipVerify"] = tls.insecure_skip_verify
    return written


def _targets(entry: ScrapeJob) -> dict[str, Any]:
    if entry.discovery is not None:
        return _discovery(entry.discovery)
    group: dict[str, Any] = {"targets": list(entry.targets or ())}
    if entry.labels:
        group["labels"] = dict(entry.labels)
    return {"staticConfigs": [group]}


def _discovery(discovery: Discovery) -> dict[str, Any]:
    if discovery.dns is not None:
        dns = discovery.dns
        said = {
            "names": list(dns.names),
            "type": dns.type,
            "port": dns.port,
            "refreshInterval": format_duration(dns.refresh_seconds),
        }
        return {"dnsSDConfigs": [{key: value for key, value in said.items() if value}]}
    if discovery.files is not None:
        return {"fileSDConfigs": [{"files": list(discovery.files)}]}
    if discovery.http is not None:
        return {"httpSDConfigs": [{"url": discovery.http}]}
    kubernetes: dict[str, Any] = {}
    if discovery.kubernetes is not None:
        role = discovery.kubernetes.role
        kubernetes["role"] = ROLES.get(role, role.capitalize())
        if discovery.kubernetes.namespaces:
            kubernetes["namespaces"] = {"names": list(discovery.kubernetes.namespaces)}
    return {"kubernetesSDConfigs": [kubernetes]}


def _steps(steps: Iterable[Relabel]) -> list[dict[str, Any]]:
    return [_step(step) for step in steps]


def _step(step: Relabel) -> dict[str, Any]:
    """Return a step of relabelling without what is the default, its keys in camel case."""
    written = {}
    for field in fields(step):
        value = getattr(step, field.name)
        if value != field.default:
            first, *others = field.name.split("_")
            key = first + "".join(other.capitalize() for other in others)
            written[key] = list(value) if isinstance(value, tuple) else value
    return written
