"""All emitters, and the packages that are made of what they wrote.

They are imported when a plan is emitted, not before: a check needs none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from compiler.artifact.artifact import Artifact
    from compiler.lower.plan import Plan

    Emitter: TypeAlias = Callable[[Plan], tuple[Artifact, ...]]
    Package: TypeAlias = Callable[[Plan, Sequence[Artifact]], tuple[Artifact, ...]]


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


def packages() -> Mapping[str, Package]:
    """Return every package by the name of its module; each is a pure function, as emitters are."""
    from compiler.emit.package import kubernetes

    return {"kubernetes": kubernetes.package}


def emit_all(plan: Plan, only: Sequence[str] = ()) -> tuple[Artifact, ...]:
    """Given a plan, return the artifacts of all emitters and packages, or of some, by path."""
    wanted = [name for name in packages() if not only or name in only]
    emitted = {name: emit(plan) for name, emit in emitters().items() if wanted or name in only}
    made = [one for artifacts in emitted.values() for one in artifacts]
    found = [
        one for name, artifacts in emitted.items() if not only or name in only for one in artifacts
    ]
    for name in wanted:
        found += packages()[name](plan, made)
    return tuple(sorted(found, key=lambda artifact: artifact.path))
