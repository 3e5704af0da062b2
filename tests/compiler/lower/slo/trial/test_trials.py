"""Trials: which tests an SLO has, and that promtool agrees with every one of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from compiler.authority.process import run
from compiler.emit.prometheus.slo_rules import slo_rules
from compiler.emit.promtool.files import files_of
from compiler.lower.slo.trial.trials import trials_of
from tests.compiler.lower.specs import plan_of, shop

if TYPE_CHECKING:
    from compiler.lower.alert_test import AlertTest
    from compiler.lower.plan import Plan

SPEC = Path(__file__).parents[4] / "golden" / "valid" / "slos.yaml"
SLOS = plan_of(SPEC.read_text(encoding="utf-8")).slos


def trials(said: str) -> dict[str, AlertTest]:
    """Return the tests of an SLO by what they show."""
    plan = plan_of(shop(f"slos:\n  it: {{objective: 99.9%, {said}}}\n"))
    made = trials_of(plan.slos[0], {}, {})
    return {f"{test.alert} {test.shows}": test for test in made}


EVENTS = 'events: {total: r_total, bad: {status: "500"}}'


def test_each_alert_is_made_to_fire_and_to_be_silent() -> None:
    """Every pair of windows, idle traffic, missing data, the steps of the policy."""
    made = trials(f"{EVENTS}, budget: {{half: {{remaining: 50%, action: Stop}}}}")

    assert {
        "ShopItPage burns quick",
        "ShopItPage burns slow",
        "ShopItPage is silent while idle and after a restart",
        "ShopItTicket burns quick",
        "ShopItTicket burns slow",
        "ShopItTicket is silent while idle and after a restart",
        "ShopItNoData tells of missing data",
        "ShopItBudgetHalf spends the budget",
        "ShopItBudgetHalf waits until the budget is spent for long",
    } == set(made)
    for name, test in made.items():
        has_fired = any(each.firing for each in test.expectations)
        assert has_fired is ("silent" not in name)
        assert any(not each.firing for each in test.expectations)


def test_annotations_show_the_share_that_was_played() -> None:
    """5% over 14.4 times 0.1% is 1.512%."""
    test = trials(EVENTS)["ShopItPage burns quick"]
    (first,) = next(each.firing for each in test.expectations if each.firing)

    assert first.annotations is not None
    assert first.annotations["description"].startswith("1.512% of the latest events are bad.")


def test_every_value_with_an_objective_of_its_own_is_tried() -> None:
    """And one that has none."""
    made = trials(f"{EVENTS}, by: [method], objectives: {{GET: 99%}}")

    assert "ShopItPage burns quick for method GET" in made
    assert "ShopItPage burns quick for method any-method" in made


@pytest.mark.e2e
@pytest.mark.parametrize("name", [slo.name for slo in SLOS])
def test_promtool_agrees_with_every_test(tmp_path: Path, name: str) -> None:
    """Each SLO alone with what it is made of: the rules do what the tests foretell."""
    plan = plan_of(SPEC.read_text(encoding="utf-8"))
    slos = {each.name: each for each in plan.slos}
    composite = slos[name].entry.composite
    parts = (composite.worst_of or tuple(composite.weighted or ())) if composite else ()
    chosen = tuple(slos[each] for each in (*parts, name))
    tests = list(trials_of(slos[name], plan.services["shop"].metrics, slos))
    family = tuple(replace(each, family=name) for each in chosen)

    assert tests
    assert (0, "") == judged(replace(plan, slos=family), name, tests, tmp_path)


@pytest.mark.e2e
@pytest.mark.parametrize(
    "said",
    [
        "events: {total: a_total, bad: b_total}",
        "events: {total: a_total, good: b_total}",
        """events: {total: 'm_total{method="GET"}', bad: 'm_total{status="500"}'}""",
        """events: {total: 'm_total{method=~"GET|POST"}', good: 'm_total{status="200"}'}""",
        "ratio: {bad: shop_failed_ratio}",
        "ratio: {bad: 1 - shop_answered_ratio}",
        "ratio: {bad: '1 - sum(rate(a_total[$window])) / sum(rate(b_total[$window]))'}",
        "ratio: {good: '1 - sum(rate(a_total[$window])) / sum(rate(b_total[$window]))'}",
        "ratio: {good: 1 - shop_failed_ratio}",
        "ratio: {good: 'avg_over_time(shop_answered_ratio[$window])'}",
        "boolean: {of: up}",
        "boolean: {of: min(up)}",
    ],
)
def test_promtool_agrees_that_a_guard_tells_of_wrong_counting(tmp_path: Path, said: str) -> None:
    """Counters, also of one metric whose labels do not keep the part in the whole; gauges."""
    plan = plan_of(shop(f"slos:\n  it: {{objective: 99.9%, {said}}}\n"))
    tests = [each for each in trials_of(plan.slos[0], {}, {}) if each.alert == "ShopItGuard"]
    (test,) = tests

    assert {True, False} == {bool(each.firing) for each in test.expectations}
    assert (0, "") == judged(plan, "it", tests, tmp_path)


@pytest.mark.parametrize(
    "said",
    [
        """events: {total: 'm_total{method="GET"}', bad: 'm_total{method="GET",status="500"}'}""",
        """events: {total: 'm_total', good: 'sum(rate(m_total{status!="500"}[$window]))'}""",
        """ratio: {bad: 'sum(rate(m_total{a="b"}[$window])) / sum(rate(m_total[$window]))'}""",
    ],
)
def test_what_cannot_be_counted_wrongly_has_no_guard(said: str) -> None:
    """The labels of the total are among those of its part."""
    plan = plan_of(shop(f"slos:\n  it: {{objective: 99.9%, {said}}}\n"))

    assert {"page", "ticket", "no_data"} == {alert.kind for alert in plan.slos[0].alerts}


@pytest.mark.e2e
@pytest.mark.parametrize(
    "said",
    [
        "{objective: 99%, excludes: [nightly], events: {total: r_total, bad: {a: b}}}",
        "{objective: 99.999%, window: 11d, events: {total: r_total, good: {a: b}}}",
    ],
)
def test_promtool_agrees_of_odd_promises(tmp_path: Path, said: str) -> None:
    """Moments that do not count fall into the tests; shares are far below a thousandth."""
    windows = "maintenance: {windows: {nightly: {schedule: daily at 02:00, lasts: 1h}}}"
    plan = plan_of(shop(f"slos:\n  it: {said}\n{windows}\n"))
    tests = list(trials_of(plan.slos[0], {}, {}))
    burns = [test for test in tests if " burns " in f" {test.shows}"]

    assert 4 == len(burns)
    assert all(any(each.firing for each in test.expectations) for test in burns)
    assert (0, "") == judged(plan, "it", tests, tmp_path)


@pytest.mark.e2e
def test_promtool_agrees_where_a_part_is_counted_in_longer_windows(tmp_path: Path) -> None:
    """What a composite of 6h sees of a part of 30d is late by the part's own shortest window."""
    plan = plan_of(
        shop("""
    slos:
      part: {objective: 99.9%, events: {total: r_total, bad: {a: b}}}
      it: {objective: 99%, window: 6h, composite: {worst_of: [part]}}
    """)
    )
    slos = {each.name: each for each in plan.slos}
    family = tuple(replace(each, family="it") for each in plan.slos)
    tests = list(trials_of(slos["it"], {}, slos))

    assert (0, "") == judged(replace(plan, slos=family), "it", tests, tmp_path)


@pytest.mark.parametrize(
    ("said", "most"),
    [
        ("boolean: {of: min(up)}", 500),
        ("boolean: {of: up}", 500),
        ("boolean: {of: min(free) > bool 3}", 4000),
        ("freshness: {of: t_seconds, under: 1h}", 4000),
    ],
)
def test_no_test_takes_more_evaluations_than_it_needs(said: str, most: int) -> None:
    """Each one costs what all before it cost."""
    for test in trials(said).values():
        last = max(each.at_seconds for each in test.expectations)

        assert last / test.evaluation_interval_seconds < most


@pytest.mark.e2e
def test_of_what_cannot_be_played_the_budget_is_tried(tmp_path: Path) -> None:
    """On what is recorded of it, and only where nothing else records it."""
    plan = plan_of(
        shop("""
    slos:
      it: {objective: 99%, ratio: {bad: a * b}, budget: {half: {remaining: 50%, action: Stop}}}
      other:
        objective: 99%
        ratio: {bad: a * b or vector(0)}
        budget: {half: {remaining: 50%, action: Stop}}
    """)
    )
    it, other = plan.slos
    tests = list(trials_of(it, {}, {}))

    assert ["ShopItBudgetHalf"] == [test.alert for test in tests]
    assert [] == list(trials_of(other, {}, {}))
    assert (0, "") == judged(replace(plan, slos=(it,)), "it", tests, tmp_path)


def judged(plan: Plan, name: str, tests: list[AlertTest], folder: Path) -> tuple[int, str]:
    """Return the code of promtool that runs tests of the SLO on the plan's rules, and its errors.

    Its files are written into a folder.
    """
    files = list(files_of("shop", f"shop.slos.{name}", tests))
    for artifact in (*slo_rules(plan), *files):
        path = folder / artifact.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(artifact.text, encoding="utf-8")
    verdict = run(["promtool", "test", "rules", *(each.path for each in files)], folder=folder)
    return verdict.code, verdict.errors
