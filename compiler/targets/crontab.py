"""Five fields as cron daemons read them, from times of a schedule. Pure.

Where both kinds of days are restricted, a daemon takes either, unless one of the fields begins
with a star: then it takes both. Which stars count as one is the dialect's.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from runtime.schedule import ALL_DAYS, ALL_HOURS, ALL_MONTHS, ALL_WEEKDAYS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from compiler.targets.times import Times

ALL_MINUTES: Final = tuple(range(60))
SUNDAY_FIRST: Final = tuple(range(7))


def five_fields(times: Times, *, has_starred_steps: bool) -> str | None:
    """Given times, return the five fields that mean them, or None when none do.

    `has_starred_steps` says that ``*/2`` in a field of days counts as a star.
    """
    days = _day_fields(times, has_starred_steps=has_starred_steps)
    if days is None:
        return None
    minute = _listed(times.minutes, ALL_MINUTES)
    hour = _listed(times.hours, ALL_HOURS)
    return f"{minute} {hour} {days[0]} {_listed(times.months, ALL_MONTHS)} {days[1]}"


def _day_fields(times: Times, *, has_starred_steps: bool) -> tuple[str, str] | None:
    """Return the day of the month and the day of the week."""
    # Cron counts weekdays from Sunday.
    weekdays = tuple(sorted((day + 1) % 7 for day in times.weekdays))
    if times.either_day:
        return _range(times.days), _range(weekdays)
    day = _starred(times.days, ALL_DAYS)
    weekday = _starred(weekdays, SUNDAY_FIRST)
    if times.days == ALL_DAYS or times.weekdays == ALL_WEEKDAYS:
        return _listed(times.days, ALL_DAYS), _listed(weekdays, SUNDAY_FIRST)
    if not has_starred_steps or (day is None and weekday is None):
        return None
    return day or _range(times.days), weekday or _range(weekdays)


def _listed(values: Sequence[int], every: Sequence[int]) -> str:
    """Return numbers of a field: ``*``, steps from its first number, ranges, a list."""
    return _starred(values, every) or _range(values)


def _starred(values: Sequence[int], every: Sequence[int]) -> str | None:
    """Return numbers as a star, with its step; None when there is no such."""
    if tuple(values) == tuple(every):
        return "*"
    if len(values) < 2 or values[0] != every[0]:
        return None
    step = values[1] - values[0]
    return f"*/{step}" if tuple(values) == tuple(every[::step]) else None


def _range(values: Sequence[int]) -> str:
    """Return numbers as a range, with its step, or as a list, without a star."""
    if len(values) > 2 and values[-1] - values[0] == len(values) - 1:
        return f"{values[0]}-{values[-1]}"
    steps = {later - earlier for earlier, later in pairwise(values)}
    if len(values) > 3 and len(steps) == 1:
        return f"{values[0]}-{values[-1]}/{steps.pop()}"
    return ",".join(str(value) for value in values)
