"""Tests that a spec writes for an alert: its rule and its group enter, tests of the rule leave.

What the rule sets by itself, labels and annotations without a template, needs no saying: a moment
states what the value gives the alert.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.lower.alert_test import AlertTest, Expectation, Firing, InputSeries
from compiler.lower.plan import Origin

if TYPE_CHECKING:
    from collections.abc import Mapping

    from compiler.lower.plan import AlertPlan, GroupPlan
    from compiler.model.alert_tests import AlertFiring
    from compiler.model.alert_tests import AlertTest as Written


def written_tests(alert: AlertPlan, group: GroupPlan) -> tuple[AlertTest, ...]:
    """Given a rule and its group, return the tests that the spec has for it, in its order.

    The rule of an alert's missing data has none: the tests are of the alert itself.
    """
    if alert.is_no_data:
        return ()
    return tuple(_test(alert, group, name, said) for name, said in alert.entry.tests.items())


def _test(alert: AlertPlan, group: GroupPlan, name: str, said: Written) -> AlertTest:
    return AlertTest(
        origin=Origin(alert.origin.document, (*alert.origin.path, "tests", name)),
        service=alert.service,
        alert=alert.name,
        shows=name,
        evaluation_interval_seconds=group.interval_seconds,
        sample_interval_seconds=said.every_seconds,
        series=tuple(
            InputSeries(series=series, values=samples.text)
            for series, samples in said.series.items()
        ),
        expectations=_expectations(alert, said),
    )


def _expectations(alert: AlertPlan, said: Written) -> tuple[Expectation, ...]:
    """Return what is expected, by time: all that fires at one is one expectation."""
    moments: dict[float, tuple[Firing, ...]] = dict.fromkeys(said.silent or (), ())
    for firing in said.fires or ():
        before = moments.get(firing.at_seconds, ())
        moments[firing.at_seconds] = (*before, _firing(alert, firing))
    return tuple(
        Expectation(at_seconds=at_seconds, firing=moments[at_seconds])
        for at_seconds in sorted(moments)
    )


def _firing(alert: AlertPlan, said: AlertFiring) -> Firing:
    stated = {**_known(alert.annotations), **said.annotations}
    is_whole = stated.keys() == alert.annotations.keys()
    return Firing(
        labels=dict(sorted({**_known(alert.labels), **said.labels}.items())),
        annotations=dict(sorted(stated.items())) if is_whole else None,
    )


def _known(templates: Mapping[str, str]) -> dict[str, str]:
    """Return those texts that are no templates."""
    return {name: text for name, text in templates.items() if "{{" not in text}
