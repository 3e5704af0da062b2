"""The compiled tests of alerts, run by promtool beside the rules that they are about."""

from __future__ import annotations

import sys
from datetime import date
from typing import TYPE_CHECKING

import pytest

from compiler.authority.process import run
from compiler.emit import prometheus
from compiler.emit.promtool import driven, tried
from compiler.lower.drive.driver import Undrivable, drive
from compiler.lower.slo.families import families_of
from compiler.pipeline import examine
from tests.checkout import ROOT
from tests.compiler.emit.cases import cases

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from compiler.artifact.artifact import Artifact
    from compiler.lower.alert_test import AlertTest
    from compiler.lower.plan import Plan

pytestmark = pytest.mark.e2e

SHARE = 0.8
"""How many of the reference spec's alerts are to be driven, at least."""


@pytest.mark.slow
@pytest.mark.parametrize("environment", ["local", "production"])
def test_the_compiled_tests_of_the_reference_spec_pass(environment: str) -> None:
    """Promtool agrees with every expectation."""
    folder = ROOT / "generated" / environment / "prometheus" / "tests"
    names = sorted(file.name for file in folder.glob("*.yml") if ".slos." not in file.name)
    verdicts = [run(["promtool", "test", "rules", name], folder=folder) for name in names]
    refused = [verdict.errors for verdict in verdicts if verdict.code != 0]

    assert [] == refused
    assert len(names) == sum(verdict.output.count("SUCCESS") for verdict in verdicts)


@pytest.mark.parametrize("case", ["promtool", "promtool-slos"])
def test_the_golden_tests_pass(case: str, tmp_path: Path) -> None:
    """Promtool agrees with a golden case, whose rules are written beside it."""
    _, plan = cases()[case]
    rules = [each for each in prometheus.emit(plan) if "/rules/" in each.path]
    tests = ROOT / "tests" / "golden" / "emit" / case / "prometheus" / "tests"
    _write(tmp_path, rules)
    names = sorted(file.name for file in tests.glob("*.yml"))
    for name in names:
        target = tmp_path / "prometheus" / "tests" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text((tests / name).read_text("utf-8"), "utf-8")
    verdict = run(["promtool", "test", "rules", *names], folder=tmp_path / "prometheus" / "tests")

    assert (0, len(names)) == (verdict.code, verdict.output.count("SUCCESS")), verdict.output


def test_most_alerts_of_the_reference_spec_are_driven(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """At least four fifths have compiled tests, derived ones too; the others have written ones."""
    specs = [str(ROOT / "specs" / "tabular.yaml")]
    (plan,) = examine(specs, today=date(2026, 11, 24), environments=["production"]).plans
    version = plan.stack.prometheus.version
    alerts = {alert.name: alert for group in plan.groups for alert in group.alerts}
    outcomes = {
        alert.name: drive(alert, group, plan.services[alert.service].metrics, version)
        for group in plan.groups
        for alert in group.alerts
    }
    left = {name: why.reason for name, why in outcomes.items() if isinstance(why, Undrivable)}
    share = 1 - len(left) / len(outcomes)
    with capsys.disabled():
        sys.stdout.write(f"\n{share:.0%} of {len(outcomes)} alerts are driven, not {left}\n")

    assert share >= SHARE
    assert [] == [name for name in left if not alerts[name].entry.tests]


def test_every_alert_is_made_to_fire_and_is_kept_silent() -> None:
    """Those with thresholds, of health and of jobs, and those of SLOs, in every environment."""
    plans = examine([str(ROOT / "specs" / "tabular.yaml")], today=date(2026, 11, 24)).plans
    for plan in plans:
        alerts = {
            *(alert.name for group in plan.groups for alert in group.alerts),
            *(alert.name for slo in plan.slos for alert in slo.alerts),
        }
        asked = {
            (test.alert, bool(expectation.firing))
            for test in _tests(plan)
            for expectation in test.expectations
        }

        assert alerts
        assert {(alert, fires) for alert in alerts for fires in (True, False)} == asked


def _tests(plan: Plan) -> Iterator[AlertTest]:
    for service in plan.services:
        yield from driven(plan, service)
    for _, family in families_of(plan.slos):
        yield from tried(plan, family)


def _write(folder: Path, artifacts: list[Artifact]) -> None:
    for artifact in artifacts:
        path = folder / artifact.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(artifact.text, "utf-8")
