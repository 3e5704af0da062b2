"""promtool: the tests of alerts become ``prometheus/tests/<service>.yml``, beside their rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.emit.promtool.files import written
from compiler.lower.drive import Undrivable, drive

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.artifact.artifact import Artifact
    from compiler.lower.alert_test import AlertTest
    from compiler.lower.plan import Plan


def emit(plan: Plan) -> tuple[Artifact, ...]:
    """Given a plan, return the test files of each service whose alerts can be driven."""
    return tuple(
        artifact
        for service in plan.services
        for artifact in written(service, list(driven(plan, service)))
    )


def driven(plan: Plan, service: str) -> Iterator[AlertTest]:
    """Given a plan and a service, yield the compiled tests of its threshold alerts."""
    version = plan.stack.prometheus.version
    metrics = plan.services[service].metrics
    for group in plan.groups:
        if group.service != service:
            continue
        for alert in group.alerts:
            tests = drive(alert, group, metrics, version)
            if not isinstance(tests, Undrivable):
                yield from tests
