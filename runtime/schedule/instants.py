"""Decide instants: the next, the latest, those of an interval, the shortest gap between two.

Instants enter and leave as aware datetimes; they leave in UTC. No search is without bound.
"""

from __future__ import annotations

from datetime import MAXYEAR, MINYEAR, UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from runtime.schedule.form import ALL_DAYS, ALL_WEEKDAYS, Schedule

if TYPE_CHECKING:
    from collections.abc import Iterator

SEARCH_MONTHS: Final = 41 * 12
"""How far a search looks: a given weekday on 29 February comes at most 40 years later."""

GAP_YEARS: Final = 28
"""Years after which weekdays and dates repeat."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def next_after(schedule: Schedule, instant: datetime, zone: str = "UTC") -> datetime | None:
    """Given an instant, return the first one of the schedule that is strictly later.

    None when there is none (`manual`, 30 February). Raise `ValueError` when `instant` is naive
    or `zone` is not UTC.
    """
    moment = _utc(instant, zone)
    if schedule.form == "manual":
        return None
    if schedule.every_seconds:
        whole = (moment - _EPOCH) // timedelta(seconds=schedule.every_seconds)
        return _from_epoch((whole + 1) * schedule.every_seconds)
    try:
        start = moment.replace(second=0, microsecond=0) + timedelta(minutes=1)
    except OverflowError:
        return None
    return next(_forward(schedule, start), None)


def latest_at_or_before(
    schedule: Schedule, instant: datetime, zone: str = "UTC"
) -> datetime | None:
    """Given an instant, return the last one of the schedule that is not later.

    None when there is none. Raise `ValueError` when `instant` is naive or `zone` is not UTC.
    """
    return next(latest_first(schedule, instant, zone), None)


def latest_first(schedule: Schedule, instant: datetime, zone: str = "UTC") -> Iterator[datetime]:
    """Yield the instants that are not later than `instant`, the latest first.

    There may be as many as time is long: the caller stops. Raise `ValueError` when `instant` is
    naive or `zone` is not UTC.
    """
    moment = _utc(instant, zone)
    if schedule.form == "manual":
        return
    if not schedule.every_seconds:
        yield from _backward(schedule, moment.replace(second=0, microsecond=0))
        return
    whole = (moment - _EPOCH) // timedelta(seconds=schedule.every_seconds)
    while (due := _from_epoch(whole * schedule.every_seconds)) is not None:
        yield due
        whole -= 1


def between(
    schedule: Schedule, start: datetime, end: datetime, zone: str = "UTC"
) -> Iterator[datetime]:
    """Yield the instants from `start`, included, up to `end`, excluded, in order."""
    first, last = _utc(start, zone), _utc(end, zone)
    due = latest_at_or_before(schedule, first)
    if due != first:
        due = next_after(schedule, first)
    while due is not None and due < last:
        yield due
        due = next_after(schedule, due)


@lru_cache(maxsize=4096)
def shortest_gap_seconds(schedule: Schedule) -> int | None:
    """Return the shortest time between two instants in a row; None when there are not two."""
    if schedule.form == "manual":
        return None
    if schedule.every_seconds:
        return schedule.every_seconds
    minutes = [hour * 60 + minute for hour in schedule.hours for minute in schedule.minutes]
    gaps = [later - earlier for earlier, later in pairwise(minutes)]
    between_days = _shortest_day_gap(schedule)
    if between_days is not None:
        gaps.append(between_days * 1440 + minutes[0] - minutes[-1])
    elif not any(_days(schedule, 2000 + index // 12, index % 12 + 1) for index in range(48)):
        return None
    return min(gaps) * 60 if gaps else None


def _shortest_day_gap(schedule: Schedule) -> int | None:
    """Return the fewest days between two matching days, over a full cycle of the calendar."""
    if schedule.days == ALL_DAYS and schedule.weekdays == ALL_WEEKDAYS:
        return 1
    shortest: int | None = None
    previous: int | None = None
    for year in range(2000, 2000 + GAP_YEARS + 1):
        for month in schedule.months:
            for day in _days(schedule, year, month):
                number = date(year, month, day).toordinal()
                if previous is not None and (shortest is None or number - previous < shortest):
                    shortest = number - previous
                previous = number
        if shortest == 1:
            break
    return shortest


def _forward(schedule: Schedule, start: datetime) -> Iterator[datetime]:
    """Yield the instants from `start`, a whole minute, within the bound of the search."""
    year, month = start.year, start.month
    for _ in range(SEARCH_MONTHS):
        for day in _days(schedule, year, month):
            if (year, month, day) < (start.year, start.month, start.day):
                continue
            for hour in schedule.hours:
                for minute in schedule.minutes:
                    due = datetime(year, month, day, hour, minute, tzinfo=UTC)
                    if due >= start:
                        yield due
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        if year > MAXYEAR:
            return


def _backward(schedule: Schedule, end: datetime) -> Iterator[datetime]:
    """Yield the instants not after `end`, a whole minute, the latest first.

    The bound of the search is between two of them.
    """
    year, month = end.year, end.month
    left = SEARCH_MONTHS
    while left:
        left -= 1
        for day in reversed(_days(schedule, year, month)):
            if (year, month, day) > (end.year, end.month, end.day):
                continue
            for hour in reversed(schedule.hours):
                for minute in reversed(schedule.minutes):
                    due = datetime(year, month, day, hour, minute, tzinfo=UTC)
                    if due <= end:
                        yield due
                        left = SEARCH_MONTHS
        year, month = (year - 1, 12) if month == 1 else (year, month - 1)
        if year < MINYEAR:
            return


def _days(schedule: Schedule, year: int, month: int) -> list[int]:
    """Return the matching days of one month, in order."""
    if month not in schedule.months:
        return []
    first_weekday = date(year, month, 1).weekday()
    length = _length(year, month)
    by_number, by_weekday = set(schedule.days), set(schedule.weekdays)
    found = []
    for day in range(1, length + 1):
        matches = (day in by_number, (first_weekday + day - 1) % 7 in by_weekday)
        if any(matches) if schedule.either_day else all(matches):
            found.append(day)
    return found


def _length(year: int, month: int) -> int:
    """Return the number of days of a month, without the import of `calendar`."""
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month in (4, 6, 9, 11) else 31


def _utc(instant: datetime, zone: str) -> datetime:
    if zone != "UTC":
        raise ValueError(f"time zone `{zone}` is not supported: schedules are in UTC")
    if instant.tzinfo is None:
        raise ValueError("an instant needs its time zone")
    return instant.astimezone(UTC)


def _from_epoch(seconds: int) -> datetime | None:
    try:
        return _EPOCH + timedelta(seconds=seconds)
    except OverflowError:
        return None
