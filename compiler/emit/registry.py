"""All emitters. They are imported when a plan is emitted, not before: a check needs none."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from compiler.artifact.artifact import Artifact
    from compiler.lower.plan import Plan

    Emitter: TypeAlias = Callable[[Plan], tuple[Artifact, ...]]


def emitters() -> Mapping[str, Emitter]:
    """Return every emitter by the name of its module; each is a pure function of the plan."""
    from compiler.emit import (
        alertmanager,
        cron,
        grafana,
        instrumentation,
        jobs,
        prometheus,
        promtool,
        runbooks,
        systemd,
    )

    return {
        "alertmanager": alertmanager.emit,
        "cron": cron.emit,
        "grafana": grafana.emit,
        "instrumentation": instrumentation.emit,
        "jobs": jobs.emit,
        "prometheus": prometheus.emit,
        "promtool": promtool.emit,
        "runbooks": runbooks.emit,
        "systemd": systemd.emit,
    }


def emit_all(plan: Plan, only: Sequence[str] = ()) -> tuple[Artifact, ...]:
    """Given a plan, return the artifacts of all emitters, or of some, sorted by path."""
    found = [
        artifact
        for name, emit in emitters().items()
        if not only or name in only
        for artifact in emit(plan)
    ]
    return tuple(sorted(found, key=lambda artifact: artifact.path))
