"""What systemd's timers can say: a schedule becomes OnCalendar expressions, or a refusal.

Several expressions of one timer add up. What is due every hour is said in UTC, where clocks never
turn: a timer skips the hour that comes twice. Named hours are said in the schedule's own zone; at
a turn of its clocks systemd 252 decides as `runtime.schedule` does.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from compiler.targets.refusal import DAY_SECONDS, Refusal, nearest_interval
from compiler.targets.times import EPOCH_WEEKDAY, WEEK_SECONDS, whole_hours
from runtime.schedule import ALL_DAYS, ALL_HOURS, ALL_MONTHS, ALL_WEEKDAYS, between, turns

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from runtime.schedule import Schedule

WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
LIMIT: Final = 24
"""Most expressions that one timer gets: more, and nobody can read it."""


def on_calendar(schedule: Schedule, zone: str = "UTC") -> tuple[str, ...] | Refusal:
    """Given a schedule in a zone that is known, return the expressions that elapse at its instants.

    `manual` has none.
    """
    if schedule.form == "manual":
        return ()
    if schedule.every_seconds:
        return _every(schedule.every_seconds)
    minutes, shown = schedule.minutes, zone
    if zone != "UTC" and schedule.hours == ALL_HOURS:
        if _is_of_every_day(schedule):
            in_utc = whole_hours(minutes, zone, "UTC")
            if in_utc is None:
                return Refusal(
                    reason=f"{zone} is not always whole hours from UTC, as a timer needs",
                    help="write the schedule in UTC, or name its hours",
                )
            minutes, shown = in_utc, "UTC"
        elif _meets_an_hour_that_comes_twice(schedule, zone):
            return Refusal(
                reason=f"a timer skips the hour that comes twice in {zone}",
                help="name the hours of the schedule, or write it in UTC",
            )
    time = f"{_listed(schedule.hours, 24)}:{_listed(minutes, 60)}:00 {shown}"
    months = _listed(schedule.months, 12, first=1)
    weekdays = _weekdays(schedule.weekdays)
    days = _listed(schedule.days, 31, first=1)
    if schedule.either_day:
        return (f"*-{months}-{days} {time}", f"{weekdays} *-{months}-* {time}")
    return (f"{weekdays} *-{months}-{days} {time}".strip(),)


def _is_of_every_day(schedule: Schedule) -> bool:
    every_day = schedule.days == ALL_DAYS and schedule.weekdays == ALL_WEEKDAYS
    return every_day and schedule.months == ALL_MONTHS


def _meets_an_hour_that_comes_twice(schedule: Schedule, zone: str) -> bool:
    """Whether an instant lies where a clock shows times again, within the span of the turns."""
    for turn in turns(zone):
        again = timedelta(seconds=turn.before_seconds - turn.after_seconds)
        if any(True for _ in between(schedule, turn.at, turn.at + again, zone)):
            return True
    return False


def _every(seconds: int) -> tuple[str, ...] | Refusal:
    """Return the expressions of a schedule that counts from the epoch."""
    if DAY_SECONDS % seconds == 0:
        expressions = tuple(f"*-*-* {time} UTC" for time in _times(range(0, DAY_SECONDS, seconds)))
    elif WEEK_SECONDS % seconds == 0:
        expressions = tuple(_over_a_week(seconds))
    else:
        return Refusal(
            reason="a calendar repeats by the day or the week, and neither is a multiple of it",
            help=_nearest(seconds),
        )
    if len(expressions) > LIMIT:
        return Refusal(
            reason=f"it takes {len(expressions)} calendar expressions, more than {LIMIT}",
            help=_nearest(seconds),
        )
    return expressions


def _nearest(seconds: int) -> str:
    return nearest_interval(seconds, lambda one: len(_times(range(0, DAY_SECONDS, one))) <= LIMIT)


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
