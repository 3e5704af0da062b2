"""Provisioning: what Grafana is told of the servers it asks, and of the folder of dashboards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from compiler.artifact.artifact import Artifact
from compiler.artifact.notice import notice
from compiler.artifact.yaml import write_yaml
from compiler.model.stack import Grafana
from runtime.contract.units import format_duration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.lower.plan import Plan

FOLDER: Final = "grafana/provisioning"


def provisioning(plan: Plan) -> Iterator[Artifact]:
    """Given a plan with dashboards, yield the files of its data sources and of its provider."""
    sources = list(_sources(plan))
    if sources:
        yield _written(plan, "datasources", {"apiVersion": 1, "datasources": sources})
    grafana = plan.stack.grafana or Grafana()
    provider: dict[str, Any] = {
        "name": "opsc",
        "type": "file",
        "disableDeletion": False,
        "allowUiUpdates": False,
        "updateIntervalSeconds": 30,
        "options": {"path": grafana.folder},
    }
    yield _written(plan, "dashboards", {"apiVersion": 1, "providers": [provider]})


def _written(plan: Plan, what: str, data: dict[str, Any]) -> Artifact:
    text, _lines = write_yaml(data, comments=[notice(plan.services)])
    return Artifact(path=f"{FOLDER}/{what}/opsc.yaml", text=text)


def _sources(plan: Plan) -> Iterator[dict[str, Any]]:
    """Yield each server of the stack that has an address."""
    stack = plan.stack
    servers = {
        "prometheus": stack.prometheus,
        "alertmanager": stack.alertmanager,
        "loki": stack.loki,
        "jaeger": stack.jaeger,
    }
    for kind, server in servers.items():
        if server is None or server.url is None:
            continue
        yield {
            "name": kind.capitalize(),
            "type": kind,
            "uid": kind,
            "access": "proxy",
            "url": server.url,
            "editable": False,
            **_own(plan, kind),
        }


def _own(plan: Plan, kind: str) -> dict[str, Any]:
    """Return what is said of one kind of server alone."""
    stack = plan.stack
    if kind == "prometheus":
        options: dict[str, Any] = {
            "httpMethod": "POST",
            "prometheusType": "Prometheus",
            "prometheusVersion": _three(stack.prometheus.version),
            "timeInterval": format_duration(stack.prometheus.scrape_interval_seconds),
        }
        if stack.alertmanager is not None and stack.alertmanager.url is not None:
            options["alertmanagerUid"] = "alertmanager"
        return {"isDefault": True, "jsonData": options}
    if kind == "alertmanager":
        return {"jsonData": {"implementation": "prometheus"}}
    return {}


def _three(version: str) -> str:
    """Return a version as Grafana compares it, with three numbers."""
    return version if version.count(".") > 1 else f"{version}.0"
