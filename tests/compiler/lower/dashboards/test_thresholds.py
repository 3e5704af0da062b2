from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from compiler.lower.dashboards.thresholds import steps_of
from tests.compiler.lower.specs import plan_of, shop

if TYPE_CHECKING:
    from compiler.lower.plan import AlertPlan


def alerts(*said: str, unit: str = "ratio") -> list[AlertPlan]:
    """Return the plans of alerts about one signal, each said as a comparison and a severity."""
    entries = "".join(
        f"  A{number}: {{group: g, signal: s, severity: {severity}, {comparison}, for: 5m}}\n"
        for number, (comparison, _, severity) in enumerate(each.partition(" as ") for each in said)
    )
    plan = plan_of(
        shop(
            f"signals:\n  s: {{query: x, unit: {unit}}}\n"
            f"alert_groups:\n  g: {{}}\nalerts:\n{entries}"
        )
    )
    return [alert for group in plan.groups for alert in group.alerts]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (["above: 80% as warning"], [(None, "green"), ("0.8", "orange")]),
        (
            ["above: 90% as critical", "above: 80% as warning"],
            [(None, "green"), ("0.8", "orange"), ("0.9", "red")],
        ),
        (["below: 10% as critical"], [(None, "red"), ("0.1", "green")]),
        (
            ["at_most: 10% as info", "at_least: 80% as warning"],
            [(None, "blue"), ("0.1", "green"), ("0.8", "orange")],
        ),
        # A graver alert inside a lighter one leaves one step of it.
        (
            ["above: 80% as critical", "above: 90% as warning"],
            [(None, "green"), ("0.8", "red")],
        ),
    ],
)
def test_between_two_thresholds_the_gravest_alert_counts(
    said: list[str], expected: list[tuple[str | None, str]]
) -> None:
    """A value has the colour of what it sets off."""
    steps = [(step.start, step.colour) for step in steps_of(alerts(*said))]

    assert [(None if at is None else Decimal(at), colour) for at, colour in expected] == steps


@pytest.mark.parametrize(
    ("said", "colours"),
    [
        (["equals: 0 as critical"], ["green", "red", "green"]),
        (["not_equals: 0 as warning"], ["orange", "green", "orange"]),
    ],
)
def test_states_are_coloured_one_by_one(said: list[str], colours: list[str]) -> None:
    """0 and 1 are values, not the ends of a range."""
    assert colours == [step.colour for step in steps_of(alerts(*said, unit="boolean"))]


def test_without_alerts_there_is_nothing_to_colour() -> None:
    """A value that nobody is told about has no thresholds."""
    assert () == steps_of([])


def test_equality_of_what_is_no_state_is_not_drawn() -> None:
    """A line at 404 would tell nothing."""
    assert () == steps_of(alerts("equals: 404 as warning", unit="count"))
