"""When a job is due: the text of a schedule enters, instants leave. Pure.

The runtime and the compiler both decide with this package, so that what is proved is what runs.
Instants are aware datetimes in UTC; a schedule's times are UTC too (other zones are refused).
The forms are those of the language: `every 5m`, `hourly at :15`, `daily at 02:00`,
`weekly on mon,thu at 03:00`, `monthly on 1 at 04:00`, `quarterly on 1 at 04:00`,
`cron: 0 2 * * 0` and `manual`.

Rooms: `form` (the value and its error), `text` and `cron` (reading), `instants` (deciding).
"""

from runtime.schedule.cron import parse_cron
from runtime.schedule.form import Form, Schedule, ScheduleError
from runtime.schedule.instants import (
    between,
    latest_at_or_before,
    latest_first,
    next_after,
    shortest_gap_seconds,
)
from runtime.schedule.text import parse

__all__ = [
    "Form",
    "Schedule",
    "ScheduleError",
    "between",
    "latest_at_or_before",
    "latest_first",
    "next_after",
    "parse",
    "parse_cron",
    "shortest_gap_seconds",
]
