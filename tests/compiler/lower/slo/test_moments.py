"""Moments at which events do not count: evaluated as Prometheus would."""

from __future__ import annotations

from compiler.lower.plan import MinuteRange, TimeSlot
from compiler.lower.slo.moments import during


def test_a_slot_is_left_a_shortest_window_later() -> None:
    """A rate then still tells of what happened in it. Weekdays count from Sunday."""
    slot = TimeSlot(times=(MinuteRange(start=180, end=240),), weekdays=(6,))

    assert (
        "((hour(vector(time())) * 60 + minute(vector(time())) >= 180 < 240)"
        " and day_of_week(vector(time())) == 0)"
        " or ((hour(vector(time() - 300)) * 60 + minute(vector(time() - 300)) >= 180 < 240)"
        " and day_of_week(vector(time() - 300)) == 0)"
    ) == during([slot], 300)


def test_no_part_of_a_short_slot_is_missed() -> None:
    """It is looked for in steps of its own length."""
    slot = TimeSlot(times=(MinuteRange(start=0, end=2),), days_of_month=(1, 2), months=(3,))
    said = during([slot], 300)

    assert [f"- {seconds})" in said for seconds in (120, 240, 300)] == [True] * 3
    assert "(day_of_month(vector(time())) == 1 or day_of_month(vector(time())) == 2)" in said


def test_nothing_is_excluded_where_no_slot_is() -> None:
    """An empty condition is no expression: nobody asks for it."""
    assert "" == during([], 300)
