"""Maintenance windows as slots: midnight, weekdays, days of the month, one-off windows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compiler.lower.windows import problem, slots
from compiler.model.maintenance import Window
from runtime.schedule import between, parse

if TYPE_CHECKING:
    from compiler.lower.plan import TimeSlot


def window(text: str, minutes: int) -> Window:
    """Return a window by its schedule and its length in minutes."""
    return Window(schedule=text, lasts_seconds=minutes * 60)


def is_in(slot: TimeSlot, instant: datetime) -> bool:
    """Whether an instant lies in a slot, as Alertmanager decides it."""
    minute = instant.hour * 60 + instant.minute
    return (
        any(each.start <= minute < each.end for each in slot.times)
        and (not slot.weekdays or instant.weekday() in slot.weekdays)
        and (not slot.days_of_month or instant.day in slot.days_of_month)
        and (not slot.months or instant.month in slot.months)
        and (not slot.years or instant.year in slot.years)
    )


TIMES = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.integers(0, 59))
DAYS = st.sampled_from(["mon", "tue", "sun", "mon,thu", "sat,sun"])
SCHEDULES = st.one_of(
    st.builds("daily at {}".format, TIMES),
    st.builds("weekly on {} at {}".format, DAYS, TIMES),
    st.builds("monthly on {} at {}".format, st.integers(1, 28), TIMES),
    st.builds("quarterly on {} at {}".format, st.integers(1, 28), TIMES),
)


@given(SCHEDULES, st.integers(1, 1440), st.integers(0, 400 * 1440))
def test_slots_hold_exactly_the_minutes_after_an_opening(
    text: str, minutes: int, offset: int
) -> None:
    """A minute lies in a slot if and only if the window opened less than its length before."""
    each = window(text, minutes)
    if problem(each):
        return
    instant = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=offset)
    opened = between(
        parse(text), instant - timedelta(minutes=minutes - 1), instant + timedelta(minutes=1)
    )
    is_open = any(instant - timedelta(minutes=minutes) < at <= instant for at in opened)

    assert is_open == any(is_in(slot, instant) for slot in slots(each))


def test_a_single_window_over_midnight_has_two_dated_slots() -> None:
    """The last minutes of one year and the first of the next."""
    found = slots(Window(start="2026-12-31T23:30Z", lasts_seconds=3600))

    assert [((31,), (12,), (2026,)), ((1,), (1,), (2027,))] == [
        (slot.days_of_month, slot.months, slot.years) for slot in found
    ]


@pytest.mark.parametrize(
    ("broken", "key"),
    [
        (window("every 5m", 10), "schedule"),
        (window("hourly at :15", 10), "schedule"),
        (window("manual", 10), "schedule"),
        (window("cron: 0 2 * * *", 10), "schedule"),
        (window("daily at 02:00", 1441), "lasts"),
        (window("daily at 02:00", 0), "lasts"),
        (Window(schedule="daily at 02:00", lasts_seconds=90), "lasts"),
        (window("monthly on 1 at 23:30", 60), "lasts"),
        (Window(start="2026-02-30T10:00Z", lasts_seconds=60), "start"),
        (
            Window(schedule="daily at 02:00", lasts_seconds=60, time_zone="Europe/Berlin"),
            "time_zone",
        ),
    ],
)
def test_what_slots_cannot_say_is_a_problem_at_its_key(broken: Window, key: str) -> None:
    """Such a window has no slots, and says which key is at fault."""
    found = problem(broken)

    assert found is not None
    assert key == found[0]
    assert () == slots(broken)
