"""Read five cron fields, strictly: what cron daemons disagree about is refused."""

from __future__ import annotations

import re
from typing import Final

from runtime.contract.frozen import Frozen, frozen
from runtime.schedule.form import Schedule, ScheduleError

_FIELD = re.compile(r"[^ \t]+")
_PART = re.compile(
    r"(?:(\*)|([0-9]{1,2}|[A-Za-z]{3})(?:-([0-9]{1,2}|[A-Za-z]{3}))?)(?:/([0-9]{1,2}))?\Z"
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_NICKNAMES: Final = {
    "@hourly": "hourly at :00",
    "@daily": "daily at 00:00",
    "@midnight": "daily at 00:00",
    "@weekly": "weekly on sun at 00:00",
    "@monthly": "monthly on 1 at 00:00",
}


@frozen
class _Field(Frozen):
    """One field: its name, smallest and largest number, and names standing for numbers."""

    name: str
    low: int
    high: int
    names: tuple[str, ...] = ()


_FIELDS: Final = (
    _Field(name="minute", low=0, high=59),
    _Field(name="hour", low=0, high=23),
    _Field(name="day of the month", low=1, high=31),
    _Field(name="month", low=1, high=12, names=_MONTHS),
    _Field(name="day of the week", low=0, high=7, names=_WEEKDAYS),
)


def parse_cron(fields: str, *, text: str | None = None) -> Schedule:
    """Given five cron fields, return the schedule, named `text` or ``cron: <fields>``.

    Raise `ScheduleError` when they are not five fields of numbers, names, ranges and steps.
    """
    words = [(found[0], found.start(), found.end()) for found in _FIELD.finditer(fields)]
    _check_count(words, fields)
    minutes, hours, days, months, weekdays = (
        _numbers(field, word, start) for field, (word, start, _) in zip(_FIELDS, words, strict=True)
    )
    # As in cron: a field that begins with a star, `*/2` too, counts as unrestricted here.
    either = not words[2][0].startswith("*") and not words[4][0].startswith("*")
    return Schedule(
        text=text if text is not None else "cron: " + " ".join(word for word, _, _ in words),
        form="cron",
        minutes=minutes,
        hours=hours,
        days=days,
        months=months,
        weekdays=tuple(sorted({(day - 1) % 7 for day in weekdays})),
        either_day=either,
    )


def _check_count(words: list[tuple[str, int, int]], fields: str) -> None:
    """Raise `ScheduleError` unless there are five fields."""
    order = "write minute, hour, day of the month, month, day of the week: `0 2 * * 0`"
    if words and words[0][0].startswith("@"):
        word, start, end = words[0]
        known = _NICKNAMES.get(word)
        help_line = f"write the schedule `{known}`" if known else order
        raise ScheduleError(f"`{word}` is not five cron fields", start, end, help_line)
    if len(words) < 5:
        message = f"{len(words)} of 5 cron fields"
        raise ScheduleError(message, len(fields), len(fields), order)
    if len(words) > 5:
        message = f"{len(words)} cron fields, where 5 belong"
        raise ScheduleError(message, words[5][1], words[-1][2], order)


def _numbers(field: _Field, word: str, start: int) -> tuple[int, ...]:
    """Given one field's text and offset, return its numbers, sorted."""
    numbers: set[int] = set()
    for part in word.split(","):
        numbers.update(_part(field, part, start))
        start += len(part) + 1
    return tuple(sorted(numbers))


def _part(field: _Field, part: str, start: int) -> range:
    """Given one part of a list and its offset, return the numbers it stands for."""
    end = start + len(part)
    found = _PART.match(part)
    if found is None:
        message = f"`{part}` is not a {field.name} in cron"
        help_line = (
            f"use numbers {field.low} to {field.high}, ranges `a-b`, lists `a,b`, steps `*/n`"
        )
        raise ScheduleError(message, start, end, help_line)
    star, first, last, step = found.groups()
    if star:
        # A star in the day of the week is 0 to 6: 7 is Sunday again and would upset `*/2`.
        low, high = field.low, 6 if field.high == 7 else field.high
    else:
        low = _number(field, first, start)
        high = low if last is None else _number(field, last, start + len(first) + 1)
    if step is not None and not star and last is None:
        help_line = f"write the range, `{first}-{field.high}/{step}`"
        raise ScheduleError(f"`{part}` has a step but no range", start, end, help_line)
    if step is not None and int(step) == 0:
        raise ScheduleError("a step of 0 never comes", end - len(step), end, "write `/1` or more")
    if high < low:
        help_line = "write the smaller number first, or a list"
        raise ScheduleError(f"`{part}` runs backwards", start, end, help_line)
    return range(low, high + 1, int(step or 1))


def _number(field: _Field, word: str, start: int) -> int:
    """Given a number or a name and its offset, return the number."""
    end = start + len(word)
    if word.isdigit():
        number = int(word)
        if not field.low <= number <= field.high:
            message = f"{number} is outside {field.low} to {field.high}, the {field.name}"
            raise ScheduleError(message, start, end, f"use {field.low} to {field.high}")
        return number
    if word.lower() not in field.names:
        known = ", ".join(f"`{name}`" for name in field.names)
        help_line = f"names are {known}" if known else f"use {field.low} to {field.high}"
        raise ScheduleError(f"`{word}` names no {field.name}", start, end, help_line)
    # Months count from 1 and weekdays from 0, as their fields do.
    return field.names.index(word.lower()) + field.low
