"""What systemd's timers can say: a schedule becomes OnCalendar expressions, or a refusal.

Several expressions of one timer add up. All are in UTC, as the runtime's instants are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from runtime.schedule import Schedule

DAY_SECONDS: Final = 86_400
WEEK_SECONDS: Final = 7 * DAY_SECONDS
EPOCH_WEEKDAY: Final = 3
"""The epoch was a Thursday; weekdays count from 0, Monday."""

WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
LIMIT: Final = 24
"""Most expressions that one timer gets: more, and nobody can read it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a timer cannot mean the instants of a schedule, and what it could mean instead."""

    reason: str
    help: str


def on_calendar(schedule: Schedule) -> tuple[str, ...] | Refusal:
    """Given a schedule, return the expressions that elapse at its instants; `manual` has none."""
    if schedule.form == "manual":
        return ()
    if schedule.every_seconds:
        return _every(schedule.every_seconds)
    time = f"{_listed(schedule.hours, 24)}:{_listed(schedule.minutes, 60)}:00 UTC"
    months = _listed(schedule.months, 12, first=1)
    weekdays = _weekdays(schedule.weekdays)
    days = _listed(schedule.days, 31, first=1)
    if schedule.either_day:
        return (f"*-{months}-{days} {time}", f"{weekdays} *-{months}-* {time}")
    return (f"{weekdays} *-{months}-{days} {time}".strip(),)


def _every(seconds: int) -> tuple[str, ...] | Refusal:
    """Return the expressions of a schedule that counts from the epoch."""
    if DAY_SECONDS % seconds == 0:
        expressions = tuple(f"*-*-* {time} UTC" for time in _times(range(0, DAY_SECONDS, seconds)))
    elif WEEK_SECONDS % seconds == 0:
        expressions = tuple(_over_a_week(seconds))
    else:
        return Refusal(
            reason="a calendar repeats by the day or the week, and neither is a multiple of it",
            help="choose an interval that divides a day or a week",
        )
    if len(expressions) > LIMIT:
        return Refusal(
            reason=f"it takes {len(expressions)} calendar expressions, more than {LIMIT}",
            help="choose an interval that divides an hour or a day",
        )
    return expressions


def _over_a_week(seconds: int) -> Iterable[str]:
    """Yield an expression for each group of times that recur on the same days of the week."""
    days: dict[tuple[str, ...], list[int]] = {}
    for day in range(7):
        begin = day * DAY_SECONDS
        instants = range(-(-begin // seconds) * seconds, begin + DAY_SECONDS, seconds)
        times = tuple(_times([instant - begin for instant in instants]))
        days.setdefault(times, []).append((day + EPOCH_WEEKDAY) % 7)
    for times, weekdays in days.items():
        for time in times:
            yield f"{_weekdays(sorted(weekdays))} *-*-* {time} UTC"


def _times(seconds_of_day: Iterable[int]) -> list[str]:
    """Return times of day as few expressions: what shares its hours and minutes comes together."""
    hours: dict[tuple[int, int], list[int]] = {}
    for instant in seconds_of_day:
        hours.setdefault((instant // 60 % 60, instant % 60), []).append(instant // 3600)
    minutes: dict[tuple[tuple[int, ...], int], list[int]] = {}
    for (minute, second), listed in sorted(hours.items()):
        minutes.setdefault((tuple(listed), second), []).append(minute)
    seconds: dict[tuple[tuple[int, ...], tuple[int, ...]], list[int]] = {}
    for (listed_hours, second), listed in minutes.items():
        seconds.setdefault((listed_hours, tuple(listed)), []).append(second)
    return [
        f"{_listed(key[0], 24)}:{_listed(key[1], 60)}:{_listed(sorted(listed), 60)}"
        for key, listed in seconds.items()
    ]


def _listed(values: Sequence[int], count: int, *, first: int = 0) -> str:
    """Return numbers of a field that has `count` of them, from `first`: ``*``, a step, a list."""
    if len(values) == count:
        return "*"
    steps = {values[index + 1] - values[index] for index in range(len(values) - 1)}
    step = next(iter(steps), 0)
    if len(values) > 2 and steps == {1}:
        return f"{values[0]:02d}..{values[-1]:02d}"
    if len(values) > 2 and len(steps) == 1 and values[-1] + step >= first + count:
        return f"{values[0]:02d}/{step}"
    return ",".join(f"{value:02d}" for value in values)


def _weekdays(values: Sequence[int]) -> str:
    """Return weekdays by name; nothing when all are meant."""
    if len(values) == len(WEEKDAYS):
        return ""
    if len(values) > 2 and values[-1] - values[0] == len(values) - 1:
        return f"{WEEKDAYS[values[0]]}..{WEEKDAYS[values[-1]]}"
    return ",".join(WEEKDAYS[value] for value in values)
