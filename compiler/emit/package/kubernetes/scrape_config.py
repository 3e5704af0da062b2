"""One scrape job as the spec of a `ScrapeConfig`.

It says what the entry of ``prometheus.yml`` says, in the operator's words; secrets and certificates
are keys of one Secret, of which the operator makes files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from compiler.artifact.scrape import scrape_entry
from compiler.targets.kubernetes import SECRETS, secret_key

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from compiler.lower.plan import ScrapePlan
    from compiler.model.scrape import ScrapeJob, Tls
    from runtime.contract.secret import Secret

KEYS: Final = {"relabel_configs": "relabelings", "metric_relabel_configs": "metricRelabelings"}
"""Keys that the operator calls something else, and not only in camel case."""

ROLES: Final = {"endpointslice": "EndpointSlice"}
"""Roles whose name in the operator's words is more than capitalised."""

VALUES: Final[Mapping[str, Callable[[str], str]]] = {
    "scheme": str.upper,
    "role": lambda role: ROLES.get(role, role.capitalize()),
}
"""How the operator writes the value of a key that Prometheus writes in small letters."""

NAMED: Final = frozenset({"labels", "params"})
"""Keys below which stand names of others: they are left alone."""


def scrape_config(job: ScrapePlan) -> dict[str, Any]:
    """Given a scrape job, return the spec of its `ScrapeConfig`; defaults are left out."""
    said: dict[str, Any] = _in_its_words(scrape_entry(job, _access(job.entry)))
    return said


def _in_its_words(said: Any) -> Any:
    """Return what Prometheus' configuration says, as the operator writes it."""
    if isinstance(said, list):
        return [_in_its_words(one) for one in said]
    if not isinstance(said, dict):
        return said
    return {_camel(key): _value(key, value) for key, value in said.items()}


def _value(key: str, value: Any) -> Any:
    if key in VALUES:
        return VALUES[key](value)
    return value if key in NAMED else _in_its_words(value)


def _camel(key: str) -> str:
    """Return a key in camel case, in which service discovery is `SD`."""
    first, *others = key.split("_")
    return KEYS.get(key) or first + "".join(
        other.upper() if other == "sd" else other.capitalize() for other in others
    )


def _key(name: str) -> dict[str, str]:
    return {"name": SECRETS, "key": name}


def _held(secret: Secret) -> str | None:
    """Return the key of a secret; None for one of the environment, which a rule refuses."""
    if secret.credential is not None:
        return secret_key("credential", secret.credential)
    return None if secret.file is None else secret_key("file", secret.file)


def _access(entry: ScrapeJob) -> dict[str, Any]:
    """Return how Prometheus shows who it is, and believes who the target is."""
    written: dict[str, Any] = {}
    if entry.basic_auth is not None and (key := _held(entry.basic_auth.password)):
        # The operator reads the user's name from a Secret, too.
        written["basic_auth"] = {"username": _key(f"{key}.username"), "password": _key(key)}
    if entry.bearer is not None and (key := _held(entry.bearer)):
        written["authorization"] = {"credentials": _key(key)}
    if entry.tls is not None and (tls := _tls(entry.tls)):
        written["tls_config"] = tls
    return written


def _tls(tls: Tls) -> dict[str, Any]:
    written: dict[str, Any] = {}
    if tls.ca_file is not None:
        written["ca"] = {"secret": _key(secret_key("file", tls.ca_file))}
    if tls.cert_file is not None:
        written["cert"] = {"secret": _key(secret_key("file", tls.cert_file))}
    if tls.key_file is not None:
        written["key_secret"] = _key(secret_key("file", tls.key_file))
    if tls.server_name is not None:
        written["server_name"] = tls.server_name
    if tls.insecure_skip_verify is not None:
        written["insecure_skip_verify"] = tls.insecure_skip_verify
    return written
