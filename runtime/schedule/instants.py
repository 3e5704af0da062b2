"""Decide instants: the next, the latest, those of an interval.

Instants enter and leave as aware datetimes; they leave in UTC. No search is without bound.
Times of a schedule are those that the clocks of its zone show, and clocks turn:

- a schedule that names its hours is due once at each of its times. A time that a clock leaves
  out is skipped, one that comes twice counts the first time. systemd 252 decides so as well.
- a schedule of every hour (`hourly at :15`, `cron: */5 * * * *`) is due whenever the clock shows
  its minute, so that neither turn makes it wait or hurry. cron and Kubernetes decide so too.
- `every` counts from the epoch, whatever clocks show.
"""

from __future__ import annotations

from datetime import MAXYEAR, MINYEAR, UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import takewhile
from typing import TYPE_CHECKING, Final

from runtime.schedule.form import ALL_HOURS, Schedule
from runtime.schedule.zones import Turn, find_zone, turn_of_day

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import tzinfo

SEARCH_MONTHS: Final = 41 * 12
"""How far a search looks: a given weekday on 29 February comes at most 40 years later."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def next_after(schedule: Schedule, instant: datetime, zone: str = "UTC") -> datetime | None:
    """Given an instant, return the first one of the schedule that is strictly later.

    None when there is none (`manual`, 30 February). Raise `ValueError` when `instant` is naive,
    `ZoneError` when there is no such zone.
    """
    clocks, moment = find_zone(zone), _utc(instant)
    if schedule.form == "manual":
        return None
    if schedule.every_seconds:
        whole = (moment - _EPOCH) // timedelta(seconds=schedule.every_seconds)
        return _from_epoch((whole + 1) * schedule.every_seconds)
    try:
        start = moment.replace(second=0, microsecond=0) + timedelta(minutes=1)
        local = start.astimezone(clocks).date()
    except OverflowError:
        return None
    return next((due for due in _forward(schedule, local, clocks) if due >= start), None)


def latest_at_or_before(
    schedule: Schedule, instant: datetime, zone: str = "UTC"
) -> datetime | None:
    """Given an instant, return the last one of the schedule that is not later.

    None when there is none. Raise `ValueError` when `instant` is naive, `ZoneError` when there is
    no such zone.
    """
    return next(latest_first(schedule, instant, zone), None)


def latest_first(schedule: Schedule, instant: datetime, zone: str = "UTC") -> Iterator[datetime]:
    """Yield the instants that are not later than `instant`, the latest first.

    There may be as many as time is long: the caller stops. Raise `ValueError` when `instant` is
    naive, `ZoneError` when there is no such zone.
    """
    clocks, moment = find_zone(zone), _utc(instant)
    if schedule.form == "manual":
        return
    if not schedule.every_seconds:
        try:
            local = moment.astimezone(clocks).date()
        except OverflowError:
            return
        yield from (due for due in _backward(schedule, local, clocks) if due <= moment)
        return
    whole = (moment - _EPOCH) // timedelta(seconds=schedule.every_seconds)
    while (due := _from_epoch(whole * schedule.every_seconds)) is not None:
        yield due
        whole -= 1


def between(
    schedule: Schedule, start: datetime, end: datetime, zone: str = "UTC"
) -> Iterator[datetime]:
    """Yield the instants from `start`, included, up to `end`, excluded, in order."""
    first, last = _utc(start), _utc(end)
    due = latest_at_or_before(schedule, first, zone)
    if due != first:
        due = next_after(schedule, first, zone)
    if due is None or schedule.every_seconds:
        while due is not None and due < last:
            yield due
            due = next_after(schedule, due, zone)
        return
    clocks = find_zone(zone)
    local = due.astimezone(clocks).date()
    following = (one for one in _forward(schedule, local, clocks) if one >= first)
    yield from takewhile(lambda one: one < last, following)


def _forward(schedule: Schedule, start: date, clocks: tzinfo) -> Iterator[datetime]:
    """Yield the instants of the days from `start`, in order.

    The bound of the search is between two of them.
    """
    year, month = start.year, start.month
    left = SEARCH_MONTHS
    while left:
        left -= 1
        for day in matching_days(schedule, year, month):
            if (year, month, day) < (start.year, start.month, start.day):
                continue
            for due in _of_day(schedule, date(year, month, day), clocks):
                yield due
                left = SEARCH_MONTHS
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        if year > MAXYEAR:
            return


def _backward(schedule: Schedule, end: date, clocks: tzinfo) -> Iterator[datetime]:
    """Yield the instants of the days up to `end`, the latest first.

    The bound of the search is between two of them.
    """
    year, month = end.year, end.month
    left = SEARCH_MONTHS
    while left:
        left -= 1
        for day in reversed(matching_days(schedule, year, month)):
            if (year, month, day) > (end.year, end.month, end.day):
                continue
            for due in _of_day(schedule, date(year, month, day), clocks, is_backward=True):
                yield due
                left = SEARCH_MONTHS
        year, month = (year - 1, 12) if month == 1 else (year, month - 1)
        if year < MINYEAR:
            return


def _of_day(
    schedule: Schedule, day: date, clocks: tzinfo, *, is_backward: bool = False
) -> Iterable[datetime]:
    """Return the instants of one day of a zone, in order, or the latest first."""
    order = reversed if is_backward else iter
    # Times of day, first as if they were UTC.
    times = (
        datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)
        for hour in order(schedule.hours)
        for minute in order(schedule.minutes)
    )
    if clocks is UTC:
        return times
    try:
        turn = turn_of_day(clocks, day)
        if isinstance(turn, timedelta):
            return [time - turn for time in times]
        return _of_turned_day(schedule, list(times), turn)
    except OverflowError:
        # The first and the last day that a datetime holds.
        return ()


def _of_turned_day(schedule: Schedule, times: list[datetime], turn: Turn) -> list[datetime]:
    """Given times of a day whose clocks turn, return their instants in the order of the times."""
    before = timedelta(seconds=turn.before_seconds)
    after = timedelta(seconds=turn.after_seconds)
    first = {time: time - before for time in times if time - before < turn.at}
    second = {time: time - after for time in times if time - after >= turn.at}
    if schedule.hours != ALL_HOURS:
        second = {time: due for time, due in second.items() if time not in first}
    return sorted([*first.values(), *second.values()], reverse=times[0] > times[-1])


def matching_days(schedule: Schedule, year: int, month: int) -> tuple[int, ...]:
    """Return the matching days of one month, in order."""
    if month not in schedule.months:
        return ()
    return _days(schedule, date(year, month, 1).weekday(), _length(year, month))


@lru_cache(maxsize=1024)
def _days(schedule: Schedule, first_weekday: int, length: int) -> tuple[int, ...]:
    """Return the matching days of a month that begins so and is so long: there are 28 such."""
    by_number, by_weekday = set(schedule.days), set(schedule.weekdays)
    found = []
    for day in range(1, length + 1):
        matches = (day in by_number, (first_weekday + day - 1) % 7 in by_weekday)
        if any(matches) if schedule.either_day else all(matches):
            found.append(day)
    return tuple(found)


def _length(year: int, month: int) -> int:
    """Return the number of days of a month, without the import of `calendar`."""
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month in (4, 6, 9, 11) else 31


def _utc(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError("an instant needs its time zone")
    return instant.astimezone(UTC)


def _from_epoch(seconds: int) -> datetime | None:
    try:
        return _EPOCH + timedelta(seconds=seconds)
    except OverflowError:
        return None
