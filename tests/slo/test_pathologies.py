"""What goes wrong in the field is right in compiled rules, and is not in those of Sloth's shape."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.slo.agreement import Part, compare, experiment
from tests.slo.cases import CASES
from tests.slo.compiled import compiled
from tests.slo.layouts import SLIS
from tests.slo.promtool import Experiment, evaluate
from tests.slo.sloth import QUERIES, sloth_rules
from tests.slo.truth import share

if TYPE_CHECKING:
    from pathlib import Path

    from tests.slo.cases import Case

pytestmark = pytest.mark.e2e

PERIOD = "slo:sli_error:ratio_rate30d"
NEAR = 0.05
"""Share of itself by which the period's share of bad events may miss the truth."""


@pytest.mark.parametrize("name", CASES)
def test_the_truth_is_told(name: str, tmp_path: Path) -> None:
    """The period is within 5% of the truth, nothing is NaN, and alerts fire when they should."""
    case = CASES[name]
    slo = {"objective": case.objective, "window": "30d", **SLIS[case.layout]("shop"), **case.slo}
    made = compiled(tmp_path, {"a": slo})
    plan = made.plans["a"]
    exposed = {
        number: case.layout("shop", target, plan.base_seconds)
        for number, target in enumerate(case.targets)
    }
    parts = [
        Part(
            plan=plan,
            group=group,
            streams=[
                stream
                for number, target in enumerate(case.targets)
                if group.items() <= target.labels.items()
                for stream in exposed[number].streams
            ],
        )
        for group in case.groups
    ]
    series = [each for exposure in exposed.values() for each in exposure.series]
    asked = experiment(made.rules, series, case.minutes)
    end = case.minutes * 60
    whole = Experiment(rules=asked.rules, series=series, queries=[*asked.queries, (end, PERIOD)])
    sloth = Experiment(
        rules=sloth_rules(*QUERIES[case.layout]), series=series, queries=[(end, PERIOD)]
    )
    found, peers = evaluate(tmp_path, [whole, sloth])

    assert [] == compare(asked, found[:-1], parts).faults
    for part in parts:
        truth = share(part.streams, -1, end)
        (ours,) = (value for labels, value in found[-1].items() if part.marks <= labels)
        assert truth is not None
        assert abs(ours - truth) <= NEAR * truth + 1e-9
        if part.group == {}:
            assert case.sloth == _judged(next(iter(peers[0].values())), truth)


def _judged(value: float, truth: float) -> str:
    if math.isnan(value):
        return "nan"
    return "right" if abs(value - truth) <= NEAR * truth else "wrong"


def test_events_counted_above_all_are_told(tmp_path: Path) -> None:
    """More bad events than there are draw the guard's alert."""
    case: Case = CASES["errors counted apart"]
    made = compiled(tmp_path, {"a": {"objective": "99%", **SLIS[case.layout]("shop")}})
    exposed = case.layout("shop", case.targets[0], 300)
    total, bad = exposed.series
    swapped = (replace(total, samples=bad.samples), replace(bad, samples=total.samples))
    asked = Experiment(
        rules=made.rules,
        series=swapped,
        queries=[(7200, 'ALERTS{alertname="ShopAGuard", alertstate="firing"}')],
    )

    assert 1 == len(evaluate(tmp_path, [asked])[0][0])


@pytest.mark.parametrize(
    ("objective", "rule"), [("83%", "slo/dead-branch"), ("100%", "slo/objective-range")]
)
def test_an_objective_that_cannot_be_watched_is_found(
    objective: str, rule: str, tmp_path: Path
) -> None:
    """An alert that cannot fire, and a promise without a budget, are findings."""
    slo = {"objective": objective, "events": {"total": "x_total", "bad": "y_total"}}

    assert rule in compiled(tmp_path, {"a": slo}).findings
