"""Times of a schedule as the clocks of another zone show them. Pure.

Cron's daemon and a CronJob read five fields by the clock of one zone. What a schedule means in its
own zone is said here as fields of that zone, or refused.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from compiler.targets.refusal import DAY_SECONDS, Refusal
from runtime.contract.frozen import Frozen, frozen
from runtime.schedule import (
    ALL_DAYS,
    ALL_HOURS,
    ALL_MONTHS,
    ALL_WEEKDAYS,
    offsets_seconds,
    turns,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from runtime.schedule import Schedule

DAY_MINUTES: Final = 24 * 60
WEEK_SECONDS: Final = 7 * DAY_SECONDS
EPOCH_WEEKDAY: Final = 3
"""The epoch was a Thursday; weekdays count from 0, Monday."""


@frozen
class Times(Frozen):
    """Minutes that match in every field, as in `runtime.schedule.Schedule`."""

    minutes: tuple[int, ...]
    hours: tuple[int, ...] = ALL_HOURS
    days: tuple[int, ...] = ALL_DAYS
    months: tuple[int, ...] = ALL_MONTHS
    weekdays: tuple[int, ...] = ALL_WEEKDAYS
    either_day: bool = False

    @property
    def is_of_every_day(self) -> bool:
        """Whether no day is left out."""
        every_day = self.days == ALL_DAYS and self.weekdays == ALL_WEEKDAYS
        return every_day and self.months == ALL_MONTHS


def times_in(schedule: Schedule, zone: str, shown: str) -> tuple[Times, ...] | Refusal:
    """Given a schedule in a zone, return its times as clocks of the zone `shown` show them.

    Both zones are known. `manual` has no times. An interval must be whole minutes and divide a
    week, else it is refused, with an empty help: how far a target can go is its own to say.
    """
    if schedule.form == "manual":
        return ()
    if not schedule.every_seconds:
        times = Times(
            minutes=schedule.minutes,
            hours=schedule.hours,
            days=schedule.days,
            months=schedule.months,
            weekdays=schedule.weekdays,
            either_day=schedule.either_day,
        )
        return _moved((times,), zone, shown)
    if schedule.every_seconds % 60:
        return Refusal(reason="its fields count minutes, not seconds", help="")
    if WEEK_SECONDS % schedule.every_seconds:
        reason = "its fields repeat by the day or the week, and neither is a multiple of it"
        return Refusal(reason=reason, help="")
    return _moved(tuple(_every(schedule.every_seconds)), "UTC", shown)


def whole_hours(minutes: tuple[int, ...], zone: str, shown: str) -> tuple[int, ...] | None:
    """Given minutes of every hour in a zone, return those that clocks of the zone `shown` show.

    None when that changes with the season.
    """
    moved = {
        tuple(sorted((minute * 60 + there - here) // 60 % 60 for minute in minutes))
        for here in offsets_seconds(zone)
        for there in offsets_seconds(shown)
    }
    return moved.pop() if len(moved) == 1 else None


def _every(seconds: int) -> Iterator[Times]:
    """Yield the times of an interval that counts from the epoch, in UTC."""
    if DAY_SECONDS % seconds == 0:
        yield from grouped(range(0, DAY_MINUTES, seconds // 60), Times(minutes=()))
        return
    days: dict[tuple[int, ...], list[int]] = {}
    for day in range(7):
        begin = day * DAY_SECONDS
        instants = range(-(-begin // seconds) * seconds, begin + DAY_SECONDS, seconds)
        minutes = tuple((instant - begin) // 60 for instant in instants)
        days.setdefault(minutes, []).append((day + EPOCH_WEEKDAY) % 7)
    for minutes, weekdays in days.items():
        yield from grouped(minutes, Times(minutes=(), weekdays=tuple(sorted(weekdays))))


def grouped(minutes_of_day: Iterable[int], times: Times) -> Iterator[Times]:
    """Yield minutes of the day as hours and minutes that all match together, on the same days."""
    hours: dict[int, list[int]] = {}
    for minute in minutes_of_day:
        hours.setdefault(minute % 60, []).append(minute // 60)
    minutes: dict[tuple[int, ...], list[int]] = {}
    for minute, listed in sorted(hours.items()):
        minutes.setdefault(tuple(sorted(listed)), []).append(minute)
    for hour_list, minute_list in minutes.items():
        yield replace(times, minutes=tuple(minute_list), hours=hour_list)


def _moved(some: tuple[Times, ...], zone: str, shown: str) -> tuple[Times, ...] | Refusal:
    """Return times of a zone as another one shows them."""
    if zone == shown:
        return some
    if len(some) == 1 and some[0].hours == ALL_HOURS and some[0].is_of_every_day:
        minutes = whole_hours(some[0].minutes, zone, shown)
        if minutes is not None:
            return (replace(some[0], minutes=minutes),)
    ahead = _minutes_ahead(zone, shown)
    if ahead is None:
        reason = f"the clocks of {shown} are not always as far from those of {zone}"
        return Refusal(reason=reason, help=f"write the schedule in {shown}")
    found = [moved for times in some for moved in _shifted(times, ahead)]
    if None in found:
        reason = f"in {shown} some of its days are others, and days of a month cannot be moved"
        return Refusal(reason=reason, help=f"write the schedule in {shown}")
    return tuple(moved for moved in found if moved is not None)


def _minutes_ahead(zone: str, shown: str) -> int | None:
    """Return how far clocks of the zone `shown` are ahead of a zone's; None when it changes."""
    here, there = offsets_seconds(zone), offsets_seconds(shown)
    if len(here) == len(there) == 1:
        return (there[0] - here[0]) // 60
    own, other = turns(zone), turns(shown)
    moves, others = (
        [(turn.at, turn.after_seconds - turn.before_seconds) for turn in some]
        for some in (own, other)
    )
    if moves != others:
        return None
    return (other[0].before_seconds - own[0].before_seconds) // 60


def _shifted(times: Times, ahead: int) -> Iterator[Times | None]:
    """Yield times moved by minutes; None for those whose days of the month would be others."""
    moved: dict[int, list[int]] = {}
    for hour in times.hours:
        for minute in times.minutes:
            days, minute_of_day = divmod(hour * 60 + minute + ahead, DAY_MINUTES)
            moved.setdefault(days, []).append(minute_of_day)
    for days, minutes in sorted(moved.items()):
        if days and (times.days != ALL_DAYS or times.months != ALL_MONTHS):
            yield None
            continue
        weekdays = tuple(sorted((day + days) % 7 for day in times.weekdays))
        yield from grouped(minutes, replace(times, weekdays=weekdays))
