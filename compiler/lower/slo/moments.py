"""Moments at which events do not count: slots of time in UTC become a condition in PromQL.

Tests, whose time begins in 1970, ask for the same moments.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from compiler.lower.plan import MinuteRange, TimeSlot


def during(slots: Iterable[TimeSlot], base_seconds: float) -> str:
    """Given slots and the shortest window in seconds, return what is there while one is touched.

    A rate at a time tells of the window before it, so that each slot lasts by that much longer.
    """
    slots = tuple(slots)
    return " or ".join(
        _within(slot, shift) for shift in _shifts(slots, base_seconds) for slot in slots
    )


def touches(slots: Iterable[TimeSlot], base_seconds: float, at_seconds: float) -> bool:
    """Given what `during` is given, return whether one is touched so long after 1970 began."""
    slots = tuple(slots)
    return any(
        _holds(slot, _BEGIN + timedelta(seconds=at_seconds - shift))
        for shift in _shifts(slots, base_seconds)
        for slot in slots
    )


_BEGIN: Final = datetime(1970, 1, 1, tzinfo=UTC)


def _holds(slot: TimeSlot, moment: datetime) -> bool:
    minute = moment.hour * 60 + moment.minute
    return (
        (not slot.times or any(each.start <= minute < each.end for each in slot.times))
        and moment.weekday() in (slot.weekdays or (moment.weekday(),))
        and moment.day in (slot.days_of_month or (moment.day,))
        and moment.month in (slot.months or (moment.month,))
        and moment.year in (slot.years or (moment.year,))
    )


def _shifts(slots: tuple[TimeSlot, ...], base_seconds: float) -> list[float]:
    """Return how long ago slots are asked for, so that none is missed in the shortest window."""
    lengths = [60 * (minutes.end - minutes.start) for slot in slots for minutes in slot.times]
    step = min([base_seconds, *lengths])
    shifts: list[float] = [step * number for number in range(int(base_seconds // step) + 1)]
    if shifts[-1] < base_seconds:
        shifts.append(base_seconds)
    return shifts


def _within(slot: TimeSlot, shift_seconds: float) -> str:
    """Return the condition that a slot held so long ago."""
    ago = f"vector(time() - {shift_seconds:g})" if shift_seconds else "vector(time())"
    return "(" + " and ".join(_conditions(slot, ago)) + ")"


def _conditions(slot: TimeSlot, ago: str) -> Iterator[str]:
    if slot.times:
        yield _any(_minutes(minutes, ago) for minutes in slot.times)
    # Prometheus counts weekdays from 0, Sunday.
    for function, values in (
        ("day_of_week", tuple((day + 1) % 7 for day in slot.weekdays)),
        ("day_of_month", slot.days_of_month),
        ("month", slot.months),
        ("year", slot.years),
    ):
        if values:
            yield _any(f"{function}({ago}) == {value}" for value in values)


def _minutes(minutes: MinuteRange, ago: str) -> str:
    at = f"hour({ago}) * 60 + minute({ago})"
    return f"({at} >= {minutes.start} < {minutes.end})"


def _any(conditions: Iterable[str]) -> str:
    said = tuple(conditions)
    return said[0] if len(said) == 1 else f"({' or '.join(said)})"
