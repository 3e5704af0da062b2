"""Maintenance windows in words, as somebody reads them at night."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from compiler.lower.plan import TimeSlot, WindowPlan

WEEKDAYS: Final = (
    "Mondays",
    "Tuesdays",
    "Wednesdays",
    "Thursdays",
    "Fridays",
    "Saturdays",
    "Sundays",
)
MONTHS: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def in_words(window: WindowPlan) -> str:
    """Given a window, return when it is open: "on Sundays from 02:00 to 04:00 UTC"."""
    return _listed(
        [f"{_days(slot)} {_times(slot)} UTC".replace("  ", " ") for slot in window.slots]
    )


def _days(slot: TimeSlot) -> str:
    if slot.years:
        dates = [
            f"{year:04d}-{month:02d}-{day:02d}"
            for year in slot.years
            for month in slot.months
            for day in slot.days_of_month
        ]
        return f"on {_listed(dates)}"
    if slot.days_of_month:
        noun = "day" if len(slot.days_of_month) == 1 else "days"
        days = f"on {noun} {_listed([str(day) for day in slot.days_of_month])}"
        months = _listed([MONTHS[month - 1] for month in slot.months]) or "every month"
        return f"{days} of {months}"
    if slot.weekdays:
        return f"on {_listed([WEEKDAYS[day] for day in slot.weekdays])}"
    return "every day"


def _times(slot: TimeSlot) -> str:
    return _listed([f"from {_clock(time.start)} to {_clock(time.end)}" for time in slot.times])


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _listed(parts: Sequence[str]) -> str:
    """Return parts as a sentence lists them."""
    *most, last = parts or ("",)
    return f"{', '.join(most)} and {last}" if most else last
