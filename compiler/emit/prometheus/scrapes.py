"""One scrape job of ``prometheus.yml``: where its targets come from, and how they are asked."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from compiler.lower.scrapes import relabelling
from compiler.targets.prometheus import secret_file
from runtime.contract.units import format_duration

if TYPE_CHECKING:
    from compiler.lower.plan import ScrapePlan
    from compiler.model.scrape import Discovery, Relabel, ScrapeJob


def scrape(job: ScrapePlan) -> dict[str, Any]:
    """Given a scrape job, return its entry of ``scrape_configs``; defaults are left out."""
    entry = job.entry
    written: dict[str, Any] = {
        "job_name": job.name,
        "scrape_interval": format_duration(job.interval_seconds),
        "scrape_timeout": format_duration(job.timeout_seconds),
    }
    if entry.path != "/metrics":
        written["metrics_path"] = entry.path
    if entry.scheme != "http":
        written["scheme"] = entry.scheme
    if entry.params:
        written["params"] = {name: list(values) for name, values in entry.params.items()}
    if entry.honor_labels:
        written["honor_labels"] = True
    if entry.sample_limit is not None:
        written["sample_limit"] = entry.sample_limit
    written |= _access(entry) | _targets(entry)
    if steps := relabelling(entry):
        written["relabel_configs"] = [_relabel(step) for step in steps]
    if entry.metric_relabel:
        written["metric_relabel_configs"] = [_relabel(step) for step in entry.metric_relabel]
    return written


def _access(entry: ScrapeJob) -> dict[str, Any]:
    """Return how Prometheus shows who it is, and believes who the target is."""
    written: dict[str, Any] = {}
    if entry.basic_auth is not None:
        written["basic_auth"] = {"username": entry.basic_auth.username}
        password = secret_file(entry.basic_auth.password)
        if password is not None:
            written["basic_auth"]["password_file"] = password
    token = secret_file(entry.bearer) if entry.bearer is not None else None
    if token is not None:
        written["authorization"] = {"credentials_file": token}
    if entry.tls is not None:
        said = {field.name: getattr(entry.tls, field.name) for field in fields(entry.tls)}
        tls = {name: value for name, value in said.items() if value is not None}
        if tls:
            written["tls_config"] = tls
    return written


def _targets(entry: ScrapeJob) -> dict[str, Any]:
    if entry.discovery is not None:
        return _discovery(entry.discovery)
    group: dict[str, Any] = {"targets": list(entry.targets or ())}
    if entry.labels:
        group["labels"] = dict(entry.labels)
    return {"static_configs": [group]}


def _discovery(discovery: Discovery) -> dict[str, Any]:
    if discovery.dns is not None:
        dns = discovery.dns
        said = {
            "names": list(dns.names),
            "type": dns.type,
            "port": dns.port,
            "refresh_interval": format_duration(dns.refresh_seconds),
        }
        return {"dns_sd_configs": [{key: value for key, value in said.items() if value}]}
    if discovery.files is not None:
        return {"file_sd_configs": [{"files": list(discovery.files)}]}
    if discovery.http is not None:
        return {"http_sd_configs": [{"url": discovery.http}]}
    kubernetes: dict[str, Any] = {}
    if discovery.kubernetes is not None:
        kubernetes["role"] = discovery.kubernetes.role
        if discovery.kubernetes.namespaces:
            kubernetes["namespaces"] = {"names": list(discovery.kubernetes.namespaces)}
    return {"kubernetes_sd_configs": [kubernetes]}


def _relabel(step: Relabel) -> dict[str, Any]:
    """Return a step of relabelling without what is Prometheus' default."""
    written = {}
    for field in fields(step):
        value = getattr(step, field.name)
        if value != field.default:
            written[field.name] = list(value) if isinstance(value, tuple) else value
    return written
