"""One scrape job as Prometheus' configuration says it: where targets come from, how they are asked.

``prometheus.yml`` and the Prometheus Operator's `ScrapeConfig` say the same of a job, each with an
access of its own: they keep secrets in other places.
"""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from compiler.lower.scrapes import relabelling
from runtime.contract.units import format_duration

if TYPE_CHECKING:
    from collections.abc import Mapping

    from compiler.lower.plan import ScrapePlan
    from compiler.model.scrape import Discovery, Relabel, ScrapeJob


def scrape_entry(job: ScrapePlan, access: Mapping[str, Any]) -> dict[str, Any]:
    """Given a scrape job, and the keys by which it is let in, return its entry; no defaults."""
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
    written |= access
    written |= _targets(entry)
    if steps := relabelling(entry):
        written["relabel_configs"] = [_relabel(step) for step in steps]
    if entry.metric_relabel:
        written["metric_relabel_configs"] = [_relabel(step) for step in entry.metric_relabel]
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
