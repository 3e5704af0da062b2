"""Read a schedule as the language writes it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from runtime.contract.units import parse_duration
from runtime.schedule.cron import parse_cron
from runtime.schedule.form import ALL_MONTHS, QUARTERS, WEEKDAYS, Schedule, ScheduleError

if TYPE_CHECKING:
    from collections.abc import Callable

EXAMPLES: Final = {
    "every": "every 5m",
    "hourly": "hourly at :15",
    "daily": "daily at 02:00",
    "weekly": "weekly on sun at 03:00",
    "monthly": "monthly on 1 at 04:00",
    "quarterly": "quarterly on 1 at 04:00",
    "cron:": "cron: 0 2 * * 0",
    "manual": "manual",
}
"""One example of each form, by its first word."""

_WORD = re.compile(r"[^ ]+")
_TIME = re.compile(r"([0-9]{2}):([0-9]{2})\Z")
_MINUTE = re.compile(r":([0-9]{2})\Z")
_DAY = re.compile(r"[0-9]{1,2}\Z")


class _Words:
    """The words of a text, taken from the left, each with its offsets."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.words = [(found[0], found.start(), found.end()) for found in _WORD.finditer(text)]
        self.taken = 0

    def take(self, expected: str, help_line: str) -> tuple[str, int, int]:
        """Return the next word with its offsets; raise `ScheduleError` at the end of the text."""
        if self.taken == len(self.words):
            end = len(self.text)
            raise ScheduleError(f"{expected} is missing", end, end, help_line)
        self.taken += 1
        return self.words[self.taken - 1]

    def take_literal(self, literal: str, help_line: str) -> None:
        """Take the word `literal`; raise `ScheduleError` when another one stands there."""
        word, start, end = self.take(f"`{literal}`", help_line)
        if word != literal:
            raise ScheduleError(f"`{word}` stands where `{literal}` belongs", start, end, help_line)

    def close(self, help_line: str) -> None:
        """Raise `ScheduleError` when a word is left over."""
        if self.taken < len(self.words):
            start, end = self.words[self.taken][1], self.words[-1][2]
            rest = self.text[start:end]
            raise ScheduleError(f"`{rest}` is left over", start, end, help_line)


def parse(text: str) -> Schedule:
    """Given a schedule as written, return it. Raise `ScheduleError` when it is not one.

    >>> parse("daily at 02:00").hours
    (2,)
    """
    every_form = "write one of " + ", ".join(f"`{example}`" for example in EXAMPLES.values())
    words = _Words(text)
    first, start, end = words.take("a schedule", every_form)
    read = _READERS.get(first)
    if read is None:
        from difflib import get_close_matches

        near = get_close_matches(first, EXAMPLES, n=1)
        help_line = f"did you mean `{EXAMPLES[near[0]]}`?" if near else every_form
        raise ScheduleError(f"`{first}` begins no schedule", start, end, help_line)
    help_line = f"write it like `{EXAMPLES[first]}`"
    schedule = read(words, help_line)
    words.close(help_line)
    return schedule


def _every(words: _Words, help_line: str) -> Schedule:
    word, start, end = words.take("a duration", help_line)
    seconds = parse_duration(word)
    if seconds is None:
        raise ScheduleError(f"`{word}` is not a duration", start, end, help_line)
    if seconds < 1 or seconds != int(seconds):
        raise ScheduleError(f"`{word}` is not a whole number of seconds", start, end, help_line)
    return Schedule(text=words.text, form="every", every_seconds=int(seconds))


def _hourly(words: _Words, help_line: str) -> Schedule:
    words.take_literal("at", help_line)
    word, start, end = words.take("a minute", help_line)
    found = _MINUTE.match(word)
    if found is None or int(found[1]) > 59:
        message = f"`{word}` is not a minute of the hour"
        raise ScheduleError(message, start, end, "write `:00` to `:59`")
    return Schedule(text=words.text, form="hourly", minutes=(int(found[1]),))


def _daily(words: _Words, help_line: str) -> Schedule:
    hour, minute = _time(words, help_line)
    return Schedule(text=words.text, form="daily", minutes=(minute,), hours=(hour,))


def _weekly(words: _Words, help_line: str) -> Schedule:
    words.take_literal("on", help_line)
    word, start, _ = words.take("a weekday", help_line)
    days: set[int] = set()
    for name in word.split(","):
        if name not in WEEKDAYS or WEEKDAYS.index(name) in days:
            fault = "is named twice" if name in WEEKDAYS else "is not a weekday"
            known = ", ".join(f"`{day}`" for day in WEEKDAYS)
            message = f"`{name}` {fault}"
            raise ScheduleError(message, start, start + len(name), f"weekdays are {known}")
        days.add(WEEKDAYS.index(name))
        start += len(name) + 1
    hour, minute = _time(words, help_line)
    return Schedule(
        text=words.text,
        form="weekly",
        minutes=(minute,),
        hours=(hour,),
        weekdays=tuple(sorted(days)),
    )


def _monthly(words: _Words, help_line: str) -> Schedule:
    day, hour, minute = _day_and_time(words, help_line)
    return Schedule(
        text=words.text,
        form="monthly",
        minutes=(minute,),
        hours=(hour,),
        days=(day,),
        months=ALL_MONTHS,
    )


def _quarterly(words: _Words, help_line: str) -> Schedule:
    day, hour, minute = _day_and_time(words, help_line)
    return Schedule(
        text=words.text,
        form="quarterly",
        minutes=(minute,),
        hours=(hour,),
        days=(day,),
        months=QUARTERS,
    )


def _cron(words: _Words, _: str) -> Schedule:
    offset = words.words[0][2]
    words.taken = len(words.words)
    try:
        return parse_cron(words.text[offset:], text=words.text)
    except ScheduleError as error:
        start, end = error.start + offset, error.end + offset
        raise ScheduleError(error.message, start, end, error.help) from None


def _manual(words: _Words, _: str) -> Schedule:
    return Schedule(text=words.text, form="manual")


def _day_and_time(words: _Words, help_line: str) -> tuple[int, int, int]:
    words.take_literal("on", help_line)
    word, start, end = words.take("a day of the month", help_line)
    if not _DAY.match(word) or not 1 <= int(word) <= 31:
        message = f"`{word}` is not a day of the month"
        raise ScheduleError(message, start, end, "write `1` to `31`")
    hour, minute = _time(words, help_line)
    return int(word), hour, minute


def _time(words: _Words, help_line: str) -> tuple[int, int]:
    words.take_literal("at", help_line)
    word, start, end = words.take("a time of day", help_line)
    found = _TIME.match(word)
    if found is None or int(found[1]) > 23 or int(found[2]) > 59:
        message = f"`{word}` is not a time of day"
        raise ScheduleError(message, start, end, "write two digits each, `00:00` to `23:59`")
    return int(found[1]), int(found[2])


_READERS: Final[dict[str, Callable[[_Words, str], Schedule]]] = {
    "every": _every,
    "hourly": _hourly,
    "daily": _daily,
    "weekly": _weekly,
    "monthly": _monthly,
    "quarterly": _quarterly,
    "cron:": _cron,
    "manual": _manual,
}
