"""SLO plans: sharing, strata, intervals, excluded moments, names."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from compiler.lower.slo.names import SLOTH
from compiler.lower.slo.plan import Stratum
from tests.compiler.lower.specs import plan_of, shop

if TYPE_CHECKING:
    from compiler.lower.slo.plan import SloPlan

EVENTS = 'events: {total: r_total, bad: {status: "500"}}'


def slos(text: str) -> dict[str, SloPlan]:
    """Return the SLO plans of a spec by name."""
    return {each.name: each for each in plan_of(shop(text)).slos}


def test_slos_with_one_total_count_it_once() -> None:
    """The first records it; where windows, labels or intervals differ, each counts for itself."""
    made = slos(f"""
    slos:
      a: {{objective: 99%, {EVENTS}}}
      b: {{objective: 99.9%, events: {{total: r_total, bad: {{status: "503"}}}}}}
      c: {{objective: 99%, {EVENTS}, by: [method]}}
      d: {{objective: 99%, {EVENTS}, window: 6h}}
      e: {{objective: 99%, {EVENTS}, every: 1m}}
    """)

    assert {"a": None, "b": "a", "c": None, "d": None, "e": None} == {
        name: each.total_of for name, each in made.items()
    }


def test_values_of_a_label_have_objectives_of_their_own() -> None:
    """All others share the SLO's."""
    (made,) = slos(
        f"slos: {{a: {{objective: 99%, objectives: {{GET: 99.9%}}, by: [method], {EVENTS}}}}}"
    ).values()

    assert (
        Stratum(value="GET", objective=Decimal("0.999")),
        Stratum(value=None, objective=Decimal("0.99")),
    ) == made.strata
    assert Decimal("0.01") == made.strata[1].budget


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("window: 30d", (15, 300)),
        ("window: 7d", (15, 120)),
        ("window: 365d", (15, 3600)),
        ("window: 30d, every: 10m", (600, 600)),
    ],
)
def test_a_budget_is_computed_more_seldom(said: str, expected: tuple[float, float]) -> None:
    """Some thousand times in its window, and never more often than events are counted."""
    (made,) = slos(f"slos: {{a: {{objective: 99%, {said}, {EVENTS}}}}}").values()

    assert expected == (made.interval_seconds, made.budget_interval_seconds)


def test_short_windows_are_counted_and_long_ones_summed() -> None:
    """Up to 24 times the shortest; with excluded moments all of them are summed."""
    made = slos(f"""
    slos:
      a: {{objective: 99%, {EVENTS}}}
      b: {{objective: 99%, {EVENTS}, excludes: [updates]}}
    maintenance:
      windows:
        updates: {{schedule: daily at 23:30, lasts: 1h}}
    """)
    counted = {
        name: [seconds for seconds in each.windows if each.is_counted(seconds)]
        for name, each in made.items()
    }

    assert [300, 1800, 3600, 7200, 21600, 86400, 259200] == list(made["a"].windows)
    assert {"a": [300, 1800, 3600, 7200], "b": []} == counted
    assert 2 == len(made["b"].excluded)


def test_the_names_of_sloth_are_kept_on_demand() -> None:
    """Labels of series and of alerts."""
    (made,) = slos(f"slos: {{a: {{objective: 99%, compatibility: sloth, {EVENTS}}}}}").values()
    page = made.alerts[0]

    assert SLOTH == made.names
    assert ("shop-a", "page") == (page.labels["sloth_id"], page.labels["sloth_severity"])


def test_a_page_mutes_its_ticket() -> None:
    """For the same SLO, and the same values of the labels by which it is grouped."""
    plan = plan_of(
        shop(f"""
    slos:
      a: {{objective: 99%, {EVENTS}}}
      b: {{objective: 99%, {EVENTS}, by: [method]}}
    routing:
      default: chat
      receivers: {{chat: {{webhook: {{url: https://chat.example.org}}}}}}
    """)
    )
    assert plan.routing is not None
    (rule,) = plan.routing.inhibitions

    assert ("slo_severity", "page") == (rule.source[0][0], rule.source[0][1].value)
    assert ("slo_severity", "ticket") == (rule.target[0][0], rule.target[0][1].value)
    assert ("method", "slo_id") == rule.equal
