"""Obstacles: the reason for which an alert has no test, found without making any."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from compiler.lower.slo.trial import obstacle
from compiler.lower.slo.trial.obstacle import Obstacles
from compiler.lower.slo.trial.trials import played_of, trials_of
from tests.compiler.lower.specs import plan_of, shop

if TYPE_CHECKING:
    from compiler.lower.slo.plan import SloPlan

STEP = "budget: {half: {remaining: 50%, action: Stop}}"


@pytest.mark.parametrize(
    "said",
    [
        "events: {total: r_total, bad: {status: '500'}}",
        "events: {total: a_total, good: b_total}",
        """events: {total: 'm_total{method="GET"}', bad: 'm_total{status="500"}'}""",
        """events: {total: 'm_total{method!~"(?i)a.*"}', bad: 'm_total{status="500"}'}""",
        "events: {total: 'sum(rate(x[$window])) / 2', bad: 'sum(rate(y[$window]))'}",
        """events: {total: 'm_total{a="b"}', bad: 'm_total{a="c"}'}""",
        "latency: {of: d_seconds, under: 1s}",
        "latency: {of: d_seconds, under: 1s, native: true}",
        "boolean: {of: up}",
        "boolean: {of: queue < 5}",
        "boolean: {of: 'min(up) == bool max(up)'}",
        "freshness: {of: t_seconds, under: 1h}",
        "ratio: {bad: a}",
        "ratio: {bad: a * b}",
        "ratio: {bad: a * b or vector(0)}",
        "job: clean-up",
    ],
)
def test_an_alert_without_an_obstacle_has_a_test(said: str) -> None:
    """And one with an obstacle has none; a guard that cannot fire has neither."""
    (slo,) = plan_of(shop(f"slos:\n  it: {{objective: 99%, {said}, {STEP}}}\n")).slos
    tried = {test.alert for test in trials_of(slo, {}, {})}
    found = Obstacles({}, {"it": slo}).of(slo)
    free = {each.name for each in slo.alerts if found.of(each) is None}

    assert tried == free
    assert found.is_none is (free == {each.name for each in slo.alerts})


def test_slos_that_differ_in_their_metrics_alone_are_asked_about_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Not those with other matchers, or whose metric the catalogue knows."""
    plan = plan_of(
        shop("""
    metrics:
      known_total: {counter: Known, labels: {status: ["200"]}}
    slos:
      a: {objective: 99%, events: {total: a_total, bad: {status: "500"}}}
      b: {objective: 99.9%, events: {total: b_total, bad: {status: "500"}}}
      other: {objective: 99%, events: {total: b_total, bad: {status: "501"}}}
      good: {objective: 99%, events: {total: b_total, good: {status: "500"}}}
      known: {objective: 99%, events: {total: known_total, bad: {status: "500"}}}
      one: {objective: 99%, events: {total: c_total, bad: 'c_total{status="500"}'}}
      two: {objective: 99%, events: {total: c_total, bad: 'd_total{status="500"}'}}
    """)
    )
    slos = {each.name: each for each in plan.slos}
    asked: list[str] = []

    def noted(slo: SloPlan, *others: Any) -> Any:
        asked.append(slo.name)
        return played_of(slo, *others)

    monkeypatch.setattr(obstacle, "played_of", noted)
    obstacles = Obstacles(plan.services["shop"].metrics, slos)
    for slo in plan.slos:
        obstacles.of(slo)

    assert ["a", "other", "good", "known", "one", "two"] == asked
