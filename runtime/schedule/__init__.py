"""When a job is due: the text of a schedule enters, instants leave. Pure.

The runtime and the compiler both decide with this package, so that what is proved is what runs.
Instants are aware datetimes in UTC; a schedule's times are those of a zone, UTC unless said.
The forms are those of the language: `every 5m`, `hourly at :15`, `daily at 02:00`,
`weekly on mon,thu at 03:00`, `monthly on 1 at 04:00`, `quarterly on 1 at 04:00`,
`cron: 0 2 * * 0` and `manual`.

Rooms: `form` (the value and its error), `text` and `cron` (reading), `zones` (clocks and when they
turn), `instants` (deciding), `gaps` (how far apart instants are),
`runs` (what runs when).
"""

from runtime.schedule.cron import parse_cron
from runtime.schedule.form import (
    ALL_DAYS,
    ALL_HOURS,
    ALL_MONTHS,
    ALL_WEEKDAYS,
    Form,
    Schedule,
    ScheduleError,
)
from runtime.schedule.gaps import longest_gap_seconds, shortest_gap_seconds
from runtime.schedule.instants import between, latest_at_or_before, latest_first, next_after
from runtime.schedule.runs import Run, agenda
from runtime.schedule.text import parse
from runtime.schedule.zones import (
    SPAN_END,
    SPAN_START,
    Turn,
    ZoneError,
    offsets_seconds,
    turns,
    zone_fault,
)

__all__ = [
    "ALL_DAYS",
    "ALL_HOURS",
    "ALL_MONTHS",
    "ALL_WEEKDAYS",
    "SPAN_END",
    "SPAN_START",
    "Form",
    "Run",
    "Schedule",
    "ScheduleError",
    "Turn",
    "ZoneError",
    "agenda",
    "between",
    "latest_at_or_before",
    "latest_first",
    "longest_gap_seconds",
    "next_after",
    "offsets_seconds",
    "parse",
    "parse_cron",
    "shortest_gap_seconds",
    "turns",
    "zone_fault",
]
