"""One scrape job of ``prometheus.yml``."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from compiler.artifact.scrape import scrape_entry
from compiler.targets.prometheus import secret_file

if TYPE_CHECKING:
    from compiler.lower.plan import ScrapePlan
    from compiler.model.scrape import ScrapeJob


def scrape(job: ScrapePlan) -> dict[str, Any]:
    """Given a scrape job, return its entry of ``scrape_configs``; defaults are left out."""
    return scrape_entry(job, _access(job.entry))


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
