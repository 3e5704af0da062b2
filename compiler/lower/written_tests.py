"""Tests that a spec writes for an alert or an SLO: its rules enter, tests of them leave.

What a rule sets by itself, labels and annotations without a template, needs no saying: a moment
states what the value gives the alert.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.lower.alert_test import AlertTest, Expectation, Firing, InputSeries
from compiler.lower.plan import Origin

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from compiler.lower.plan import AlertPlan, GroupPlan
    from compiler.lower.slo.plan import SloAlert, SloPlan
    from compiler.model.alert_tests import AlertFiring
    from compiler.model.alert_tests import AlertTest as Written


def written_tests(alert: AlertPlan, group: GroupPlan) -> Iterator[AlertTest]:
    """Given a rule and its group, yield the tests that the spec has for it, in its order.

    The rule of an alert's missing data has none: the tests are of the alert itself.
    """
    if alert.is_no_data:
        return
    for name, said in alert.entry.tests.items():
        yield _test(
            alert,
            name,
            said,
            of=alert.origin,
            service=alert.service,
            interval_seconds=group.interval_seconds,
        )


def written_slo_tests(slo: SloPlan) -> Iterator[AlertTest]:
    """Given an SLO, yield the tests that the spec has for its alerts, in its order.

    An alert that the SLO does not have has none; `slo/no-such-alert` says so.
    """
    # The kinds come after the steps of the budget: where a step has the name of one, it gives way.
    alerts = {
        alert.key: alert for alert in sorted(slo.alerts, key=lambda each: each.kind != "budget")
    }
    for name, said in slo.entry.tests.items():
        alert = alerts.get(said.alert)
        if alert is None:
            continue
        is_budget = alert.kind == "budget"
        yield _test(
            alert,
            name,
            said,
            of=slo.origin,
            service=slo.service,
            interval_seconds=slo.budget_interval_seconds if is_budget else slo.interval_seconds,
            among=slo.among(alert),
        )


def _test(
    alert: AlertPlan | SloAlert,
    name: str,
    said: Written,
    *,
    of: Origin,
    service: str,
    interval_seconds: float,
    among: Mapping[str, str] | None = None,
) -> AlertTest:
    """Return one test of the entry at an origin, whose rule is evaluated at an interval."""
    return AlertTest(
        origin=Origin(of.document, (*of.path, "tests", name)),
        service=service,
        alert=alert.name,
        shows=name,
        evaluation_interval_seconds=interval_seconds,
        sample_interval_seconds=said.every_seconds,
        series=tuple(
            InputSeries(series=series, values=samples.text)
            for series, samples in said.series.items()
        ),
        expectations=_expectations(alert, said),
        among=among or {},
    )


def _expectations(alert: AlertPlan | SloAlert, said: Written) -> tuple[Expectation, ...]:
    """Return what is expected, by time: all that fires at one is one expectation."""
    moments: dict[float, tuple[Firing, ...]] = dict.fromkeys(said.silent or (), ())
    for firing in said.fires or ():
        before = moments.get(firing.at_seconds, ())
        moments[firing.at_seconds] = (*before, _firing(alert, firing))
    return tuple(
        Expectation(at_seconds=at_seconds, firing=moments[at_seconds])
        for at_seconds in sorted(moments)
    )


def _firing(alert: AlertPlan | SloAlert, said: AlertFiring) -> Firing:
    stated = {**_known(alert.annotations), **said.annotations}
    is_whole = stated.keys() == alert.annotations.keys()
    return Firing(
        labels=dict(sorted({**_known(alert.labels), **said.labels}.items())),
        annotations=dict(sorted(stated.items())) if is_whole else None,
    )


def _known(templates: Mapping[str, str]) -> dict[str, str]:
    """Return those texts that are no templates."""
    return {name: text for name, text in templates.items() if "{{" not in text}
