"""The value of a schedule, and the error of a text that is none."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

from runtime.contract.frozen import Frozen, frozen

Form: TypeAlias = Literal[
    "every", "hourly", "daily", "weekly", "monthly", "quarterly", "cron", "manual"
]
"""Which form a schedule was written in."""

ALL_HOURS: Final = tuple(range(24))
ALL_DAYS: Final = tuple(range(1, 32))
ALL_MONTHS: Final = tuple(range(1, 13))
ALL_WEEKDAYS: Final = tuple(range(7))
QUARTERS: Final = (1, 4, 7, 10)
WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""Names of the weekdays; the index is the number, Monday 0."""


class ScheduleError(ValueError):
    """A text is not a schedule, from character `start` up to `end` (0-indexed, exclusive).

    `message` is one phrase, `help` the way out.
    """

    def __init__(self, message: str, start: int, end: int, help_line: str) -> None:
        super().__init__(message)
        self.message = message
        self.start = start
        self.end = end
        self.help = help_line


@frozen
class Schedule(Frozen):
    """The instants at which a job is due. Made by `parse` and `parse_cron`.

    `every_seconds` counts from the epoch and is 0 in the other forms, which are due in every
    minute whose fields all match. Fields are sorted; weekdays count from 0, Monday. When
    `either_day` is set, a day matches by its number in the month or by its weekday (cron, when
    both are restricted), else by both.
    """

    text: str
    form: Form
    every_seconds: int = 0
    minutes: tuple[int, ...] = ()
    hours: tuple[int, ...] = ALL_HOURS
    days: tuple[int, ...] = ALL_DAYS
    months: tuple[int, ...] = ALL_MONTHS
    weekdays: tuple[int, ...] = ALL_WEEKDAYS
    either_day: bool = False
