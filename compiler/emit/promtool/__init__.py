"""promtool: the tests of alerts become ``prometheus/tests/<service>.yml``, beside their rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.artifact import slo_forms
from compiler.emit.promtool.files import files_of
from compiler.lower.drive.driver import Undrivable, drive
from compiler.lower.slo.families import families_of
from compiler.lower.slo.trial.trials import trials_of
from compiler.lower.written_tests import written_slo_tests, written_tests

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from compiler.artifact.artifact import Artifact
    from compiler.lower.alert_test import AlertTest
    from compiler.lower.plan import Plan
    from compiler.lower.slo.plan import SloPlan


def emit(plan: Plan) -> tuple[Artifact, ...]:
    """Given a plan, return the test files of each service whose alerts can be driven.

    Families of SLOs have rule files, and so test files, of their own.
    """
    return tuple(artifact for service in plan.services for artifact in _of(plan, service))


def _of(plan: Plan, service: str) -> Iterator[Artifact]:
    def write(
        name: str, family: Sequence[SloPlan], scalar: Callable[[str], str]
    ) -> Iterator[Artifact]:
        return files_of(service, name, list(tried(plan, family)), scalar=scalar)

    own = [slo for slo in plan.slos if slo.service == service]
    yield from files_of(service, service, list(driven(plan, service)))
    yield from slo_forms.written(families_of(own), write, plan.services[service].metrics)


def tried(plan: Plan, family: Sequence[SloPlan]) -> Iterator[AlertTest]:
    """Given a plan and a family of SLOs, yield the tests of each: compiled ones, then its own."""
    metrics = plan.services[family[0].service].metrics
    relatives = {slo.name: slo for slo in family}
    for slo in family:
        yield from trials_of(slo, metrics, relatives)
        yield from written_slo_tests(slo)


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
