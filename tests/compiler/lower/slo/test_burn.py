"""Burn rates: the field's figures, floors, and what a spec says itself."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compiler.lower.slo.burn import (
    DAY,
    HOUR,
    LEAST_WINDOW_SECONDS,
    MINUTE,
    MOST_WINDOW_SECONDS,
    Branch,
    branches_of,
    default_branches,
)
from compiler.model.slos import BurnAlert, BurnWindow


def factors(days: float) -> list[Decimal]:
    """Return the burn rates for a window: page quick and slow, ticket quick and slow."""
    return [
        branch.factor
        for kind in ("page", "ticket")
        for branch in default_branches(kind, days * DAY)
    ]


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (30, ["14.4", "6", "3", "1"]),
        (28, ["13.44", "5.6", "2.8", "1"]),
        (7, ["13.44", "3.5", "1.4", "1"]),
        (90, ["14.4", "6", "3", "1"]),
    ],
)
def test_the_rates_are_those_of_the_field(days: float, expected: list[str]) -> None:
    """At 28d the slow ticket would be 0.9333, which fires on a service that keeps its promise."""
    assert [Decimal(each) for each in expected] == factors(days)


@given(st.integers(LEAST_WINDOW_SECONDS // MINUTE, MOST_WINDOW_SECONDS // MINUTE))
def test_every_window_has_sound_pairs(minutes: int) -> None:
    """Short below long below the whole, no rate under one, no more than the whole budget spent."""
    window = minutes * MINUTE
    for kind in ("page", "ticket"):
        quick, slow = default_branches(kind, window)

        assert quick.short_seconds < quick.long_seconds <= window
        assert slow.short_seconds < slow.long_seconds <= window
        assert quick.long_seconds <= slow.long_seconds
        assert 1 <= slow.factor <= quick.factor
        assert quick.spends(window) <= Decimal("0.5")
        assert slow.spends(window) <= Decimal("0.5")


def test_a_page_fires_no_later_than_a_ticket() -> None:
    """A page's rates are higher, its windows shorter."""
    for days in (1 / 24, 0.25, 1, 3, 7, 28, 30, 365):
        assert sorted(factors(days), reverse=True) == factors(days)


def test_a_share_of_the_budget_becomes_a_rate() -> None:
    """Two per cent of 30d within an hour is 14.4 times as fast as allowed, exactly."""
    said = BurnAlert(
        windows={
            "mine": BurnWindow(
                short_seconds=5 * MINUTE, long_seconds=HOUR, spends_ratio=Decimal("0.02")
            )
        }
    )
    (branch,) = branches_of("page", said, 30 * DAY)

    assert (Decimal("14.4"), Decimal("0.02")) == (branch.factor, branch.spends(30 * DAY))
    assert Decimal("0.0144") == branch.threshold(Decimal("0.001"))


def test_a_written_rate_stays_as_it_is() -> None:
    """Whoever writes 0.5 is told by a rule, not corrected in silence."""
    said = BurnAlert(
        windows={
            "mine": BurnWindow(short_seconds=60, long_seconds=600, factor=Decimal("0.5")),
        }
    )
    expected = Branch(name="mine", short_seconds=60, long_seconds=600, factor=Decimal("0.5"))

    assert (expected,) == branches_of("ticket", said, 30 * DAY)
