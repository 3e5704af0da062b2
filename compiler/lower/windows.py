"""Maintenance windows: as slots of time in UTC, and as the runtime asks for them.

A slot lies within one day, so that a window over midnight becomes two.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from compiler.lower.plan import MinuteRange, TimeSlot
from runtime.contract.plan import Window as Contract
from runtime.schedule import Schedule, parse

if TYPE_CHECKING:
    from compiler.model.maintenance import Window
    from compiler.model.site import Site

DAY_MINUTES: Final = 24 * 60
DAY_SECONDS: Final = DAY_MINUTES * 60
FORMS: Final = ("daily", "weekly", "monthly", "quarterly")
"""Forms of a schedule that a window may have: those with one instant on a day."""


def lower_windows(site: Site) -> tuple[Contract, ...]:
    """Given a site, return the windows that the runtime knows of; none that has a `problem`."""
    return tuple(
        Contract(
            service=member.spec.service.name if member.spec.service else None,
            name=name,
            schedule=window.schedule,
            start=window.start,
            time_zone=window.time_zone,
            lasts_seconds=window.lasts_seconds,
        )
        for member in site.members
        if member.spec.maintenance is not None
        for name, window in member.spec.maintenance.windows.items()
        if problem(window) is None
    )


def problem(window: Window) -> tuple[str, str] | None:
    """Given a window, return the key at fault and why it cannot be said in slots, or None."""
    if window.time_zone != "UTC":
        return "time_zone", "a window is written in UTC"
    if window.lasts_seconds <= 0 or window.lasts_seconds % 60:
        return "lasts", "a window lasts whole minutes"
    if window.lasts_seconds > DAY_SECONDS:
        return "lasts", "a window lasts a day at most"
    if window.start is not None:
        return None if _instant(window.start) else ("start", "there is no such minute")
    schedule = parse(str(window.schedule))
    if schedule.form not in FORMS:
        return (
            "schedule",
            "a window opens at one minute of a day: daily, weekly, monthly, quarterly",
        )
    is_by_month = schedule.form in ("monthly", "quarterly")
    if is_by_month and _opens(schedule) + window.lasts_seconds / 60 > DAY_MINUTES:
        return "lasts", "a window by the day of the month ends by midnight"
    return None


def slots(window: Window) -> tuple[TimeSlot, ...]:
    """Given a window, return its slots; none when it has a `problem`."""
    if problem(window) is not None:
        return ()
    length = round(window.lasts_seconds / 60)
    if window.start is not None:
        return _once(window.start, length)
    schedule = parse(str(window.schedule))
    return _again(schedule, length)


def _again(schedule: Schedule, length: int) -> tuple[TimeSlot, ...]:
    """Return the slots of a schedule that opens once on each of its days."""
    weekdays = schedule.weekdays if schedule.form == "weekly" else ()
    is_by_month = schedule.form in ("monthly", "quarterly")
    today, tomorrow = _ranges(_opens(schedule), length)
    first = TimeSlot(
        times=(today,),
        weekdays=weekdays,
        days_of_month=schedule.days if is_by_month else (),
        months=schedule.months if schedule.form == "quarterly" else (),
    )
    if tomorrow is None:
        return (first,)
    return first, TimeSlot(
        times=(tomorrow,), weekdays=tuple(sorted((day + 1) % 7 for day in weekdays))
    )


def _once(start: str, length: int) -> tuple[TimeSlot, ...]:
    opens = _instant(start)
    if opens is None:
        return ()
    today, tomorrow = _ranges(opens.hour * 60 + opens.minute, length)
    found = [_dated(opens, today)]
    if tomorrow is not None:
        found.append(_dated(opens + timedelta(days=1), tomorrow))
    return tuple(found)


def _dated(day: datetime, minutes: MinuteRange) -> TimeSlot:
    return TimeSlot(
        times=(minutes,), days_of_month=(day.day,), months=(day.month,), years=(day.year,)
    )


def _ranges(start: int, length: int) -> tuple[MinuteRange, MinuteRange | None]:
    """Return the minutes of the day on which a window opens, and of the next, if it goes on."""
    end = start + length
    today = MinuteRange(start=start, end=min(end, DAY_MINUTES))
    return today, MinuteRange(start=0, end=end - DAY_MINUTES) if end > DAY_MINUTES else None


def _opens(schedule: Schedule) -> int:
    return schedule.hours[0] * 60 + schedule.minutes[0]


def _instant(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
