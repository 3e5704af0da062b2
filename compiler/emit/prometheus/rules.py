"""Alert rules: one file per service, one document a file, every group of the service in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from compiler.artifact.artifact import Artifact
from compiler.artifact.lines import Sourced
from compiler.artifact.notice import notice
from compiler.artifact.yaml import write_yaml
from compiler.targets.prometheus import supports
from runtime.contract.units import format_duration

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from compiler.lower.plan import AlertPlan, GroupPlan, Plan

SHARED_LABELS = ("owner", "service")
"""Labels that are said once for a group, where the version can and all its rules agree."""


def rules(plan: Plan) -> Iterator[Artifact]:
    """Given a plan, yield the rule file of each service that has alerts."""
    version = plan.stack.prometheus.version
    for service in plan.services:
        groups = [group for group in plan.groups if group.service == service and group.alerts]
        if groups:
            data = {"groups": [Sourced(_group(group, version), group.origin) for group in groups]}
            text, origins = write_yaml(data, comments=[notice([service])])
            yield Artifact(path=f"prometheus/rules/{service}.yml", text=text, origins=origins)


def _group(group: GroupPlan, version: str) -> dict[str, Any]:
    shared = _shared_labels(group) if supports(version, "group_labels") else {}
    written: dict[str, Any] = {
        "name": group.name,
        "interval": format_duration(group.interval_seconds),
    }
    if group.query_offset_seconds is not None and supports(version, "query_offset"):
        written["query_offset"] = format_duration(group.query_offset_seconds)
    if shared:
        written["labels"] = shared
    written["rules"] = [
        Sourced(_rule(alert, shared, version), alert.origin) for alert in group.alerts
    ]
    return written


def _shared_labels(group: GroupPlan) -> dict[str, str]:
    """Return the labels that every rule of the group has with one and the same value."""
    first, *others = (alert.labels for alert in group.alerts)
    return {
        name: first[name]
        for name in SHARED_LABELS
        if name in first and all(labels.get(name) == first[name] for labels in others)
    }


def _rule(alert: AlertPlan, shared: Mapping[str, str], version: str) -> dict[str, Any]:
    written: dict[str, Any] = {"alert": alert.name, "expr": alert.expression}
    if alert.for_seconds:
        written["for"] = format_duration(alert.for_seconds)
    if alert.keep_firing_for_seconds and supports(version, "keep_firing_for"):
        written["keep_firing_for"] = format_duration(alert.keep_firing_for_seconds)
    labels = {name: value for name, value in alert.labels.items() if name not in shared}
    if labels:
        written["labels"] = labels
    if alert.annotations:
        written["annotations"] = dict(alert.annotations)
    return written
