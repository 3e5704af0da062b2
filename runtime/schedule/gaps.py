"""Decide the shortest and the longest time between two instants in a row, over a whole cycle.

Away from the turns of a zone's clocks, a gap is what the calendar says; across each turn it is
measured. Gaps that always lie across a turn (twice a year) may be an hour off, to the safe side.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from runtime.schedule.form import ALL_DAYS, ALL_MONTHS, ALL_WEEKDAYS, Schedule
from runtime.schedule.instants import latest_at_or_before, matching_days, next_after
from runtime.schedule.zones import turns

if TYPE_CHECKING:
    from collections.abc import Iterator

_FIRST_YEAR: Final = 2000
_CYCLE_YEARS: Final = 28
"""Years after which weekdays and dates repeat, but for the years of a century."""

_MOMENT: Final = timedelta(microseconds=1)


@lru_cache(maxsize=4096)
def shortest_gap_seconds(schedule: Schedule, zone: str = "UTC") -> int | None:
    """Return the shortest time between two instants in a row; None when there are not two.

    Raise `ZoneError` when there is no such zone.
    """
    return min(_gaps(schedule, zone), default=None)


@lru_cache(maxsize=4096)
def longest_gap_seconds(schedule: Schedule, zone: str = "UTC") -> int | None:
    """Return the longest time between two instants in a row; None when there are not two.

    Raise `ZoneError` when there is no such zone.
    """
    return max(_gaps(schedule, zone), default=None)


def _gaps(schedule: Schedule, zone: str) -> Iterator[int]:
    """Yield gaps in seconds, the shortest and the longest among them."""
    if schedule.form == "manual":
        return
    if schedule.every_seconds:
        yield schedule.every_seconds
        return
    days = _day_gaps(schedule)
    if days is None:
        return
    minutes = [hour * 60 + minute for hour in schedule.hours for minute in schedule.minutes]
    yield from ((later - earlier) * 60 for earlier, later in pairwise(minutes))
    yield from ((gap * 1440 + minutes[0] - minutes[-1]) * 60 for gap in days)
    for turn in turns(zone):
        before = latest_at_or_before(schedule, turn.at - _MOMENT, zone)
        after = next_after(schedule, turn.at - _MOMENT, zone)
        if before is not None and after is not None:
            yield int((after - before).total_seconds())


def _day_gaps(schedule: Schedule) -> tuple[int, int] | None:
    """Return the fewest and the most days between two matching days; None when there are none."""
    if schedule.days == ALL_DAYS and schedule.months == ALL_MONTHS and not schedule.either_day:
        week = [*schedule.weekdays, schedule.weekdays[0] + len(ALL_WEEKDAYS)]
        gaps = [later - earlier for earlier, later in pairwise(week)]
        return min(gaps), max(gaps)
    # Two cycles: a weekday on 29 February comes once in each.
    numbers = [
        date(year, month, day).toordinal()
        for year in range(_FIRST_YEAR, _FIRST_YEAR + 2 * _CYCLE_YEARS)
        for month in schedule.months
        for day in matching_days(schedule, year, month)
    ]
    gaps = [later - earlier for earlier, later in pairwise(numbers)]
    return (min(gaps), max(gaps)) if gaps else None
