"""``prometheus.yml``: what is scraped, where the rules are, who is sent the alerts.

Secrets are named by file. A systemd credential is looked up where systemd puts it for the unit
`UNIT`; a secret in the environment cannot be said and is left out (a rule reports it).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from compiler.artifact.artifact import Artifact
from compiler.artifact.lines import Sourced
from compiler.artifact.notice import notice
from compiler.artifact.yaml import write_yaml
from compiler.emit.prometheus.scrapes import scrape
from compiler.targets.prometheus import supports
from runtime.contract.units import format_duration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.lower.plan import Plan
    from compiler.model.stack import Prometheus

SIZE_UNITS: Final = (("TB", 2**40), ("GB", 2**30), ("MB", 2**20), ("KB", 2**10), ("B", 1))
"""Units of ``--storage.tsdb.retention.size``: powers of two under SI names."""


def configuration(plan: Plan) -> Artifact:
    """Given a plan, return ``prometheus/prometheus.yml``."""
    server = plan.stack.prometheus
    data: dict[str, Any] = {"global": _global(plan)}
    if plan.slos or any(group.alerts for group in plan.groups):
        data["rule_files"] = ["rules/*.yml"]
    if plan.stack.alertmanager and plan.stack.alertmanager.targets:
        targets = {"targets": list(plan.stack.alertmanager.targets)}
        data["alerting"] = {"alertmanagers": [{"static_configs": [targets]}]}
    if plan.scrapes:
        data["scrape_configs"] = [Sourced(scrape(job), job.origin) for job in plan.scrapes]
    comments = [notice(plan.services), *_flags(server)]
    text, origins = write_yaml(data, comments=comments)
    return Artifact(path="prometheus/prometheus.yml", text=text, origins=origins)


def _global(plan: Plan) -> dict[str, Any]:
    server = plan.stack.prometheus
    written: dict[str, Any] = {
        "scrape_interval": format_duration(server.scrape_interval_seconds),
        "scrape_timeout": format_duration(
            min(10, server.scrape_interval_seconds)
            if server.scrape_timeout_seconds is None
            else server.scrape_timeout_seconds
        ),
        "evaluation_interval": format_duration(server.evaluation_interval_seconds),
    }
    if plan.labels:
        is_expanded = supports(server.version, "external_labels_expand")
        written["external_labels"] = {
            name: value.replace("$", "$$") if is_expanded else value
            for name, value in plan.labels.items()
        }
    return written


def _flags(server: Prometheus) -> Iterator[str]:
    """Yield how the server is started, where the spec says what only a flag can say."""
    flags = []
    if server.retention_seconds is not None:
        flags.append(f"--storage.tsdb.retention.time={format_duration(server.retention_seconds)}")
    if server.retention_size_bytes is not None:
        flags.append(f"--storage.tsdb.retention.size={_size(server.retention_size_bytes)}")
    if flags:
        yield f"start the server with {' '.join(flags)}"


def _size(count: int) -> str:
    name, length = next(unit for unit in SIZE_UNITS if count % unit[1] == 0)
    return f"{count // length}{name}"
