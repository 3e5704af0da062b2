"""promtool: the tests of alerts become ``prometheus/tests/<service>.yml``, beside their rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.emit.promtool.files import written
from compiler.lower.drive.driver import Undrivable, drive
from compiler.lower.slo.trial.source import Unplayable
from compiler.lower.slo.trial.trials import trials_of
from compiler.lower.written_tests import written_tests

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.artifact.artifact import Artifact
    from compiler.lower.alert_test import AlertTest
    from compiler.lower.plan import Plan


def emit(plan: Plan) -> tuple[Artifact, ...]:
    """Given a plan, return the test files of each service whose alerts can be driven.

    SLOs have rule files, and so test files, of their own.
    """
    return tuple(
        artifact
        for service in plan.services
        for artifact in (
            *written(service, list(driven(plan, service))),
            *written(
                service,
                list(tried(plan, service)),
                rules=[f"{service}.slos.yml"],
                suffix=".slos",
            ),
        )
    )


def tried(plan: Plan, service: str) -> Iterator[AlertTest]:
    """Given a plan and a service, yield the compiled tests of its SLOs' alerts."""
    slos = {slo.name: slo for slo in plan.slos if slo.service == service}
    metrics = plan.services[service].metrics
    for slo in slos.values():
        tests = trials_of(slo, metrics, slos)
        if not isinstance(tests, Unplayable):
            yield from tests


def driven(plan: Plan, service: str) -> Iterator[AlertTest]:
    """Given a plan and a service, yield the tests of its alerts: compiled ones, then the spec's."""
    version = plan.stack.prometheus.version
    metrics = plan.services[service].metrics
    for group in plan.groups:
        if group.service != service:
            continue
        for alert in group.alerts:
            tests = drive(alert, group, metrics, version)
            if not isinstance(tests, Undrivable):
                yield from tests
            yield from written_tests(alert, group)
