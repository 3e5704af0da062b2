"""A time that a clock leaves out, or shows twice.

## What it does
Compares the named hours of every job's schedule with the turns of its zone's clocks, over 28 years,
after which dates and weekdays repeat. Schedules of every hour go on through a turn and are no
fault, nor is `every`.

## Why is this bad
In Berlin there is no 02:30 on the last Sunday of March, and two in October. One scheduler skips the
day, another one runs at 03:00, some run twice: a backup is missing or runs beside itself, once a
year, at night.

## Example
```yaml
jobs:
  probe:
    run: command
    with: {argv: [/usr/local/bin/probe]}
    schedule: daily at 02:30
    time_zone: Europe/Berlin
    timeout: 30s
```

## Use instead
```yaml
jobs:
  probe:
    run: command
    with: {argv: [/usr/local/bin/probe]}
    schedule: daily at 03:00
    time_zone: Europe/Berlin
    timeout: 30s
```
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from compiler.check.rule import Rule, View
from compiler.source.fault import Place
from runtime.schedule import ALL_HOURS, between, turns

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from compiler.lower.plan import JobPlan
    from compiler.source.fault import Fault
    from runtime.schedule import Schedule, Turn

RULE = Rule(id="schedule/daylight-saving")


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each job of the member that a turn of the clocks strikes."""
    for job in view.plan.jobs:
        if job.origin.document != view.member.document:
            continue
        found = _struck(job.schedule, job.contract.time_zone)
        if found is None:
            continue
        turn, time = found
        what = "is left out" if turn.is_gap else "comes twice"
        yield RULE.fault(
            Place((*job.origin.path, "schedule")),
            f"{time:%H:%M} {what} on {time:%F} in {job.contract.time_zone}",
            label=f"clocks go {'forward' if turn.is_gap else 'back'} at {turn.at:%FT%H:%MZ}",
            help=_help(job, turn),
        )


def _struck(schedule: Schedule, zone: str) -> tuple[Turn, datetime] | None:
    """Return the first turn that strikes a schedule, with the time that it strikes."""
    if schedule.every_seconds or schedule.form == "manual" or schedule.hours == ALL_HOURS:
        return None
    for turn in turns(zone):
        # Times that clocks show, asked for as if they were UTC.
        first, last = (time.replace(tzinfo=UTC) for time in turn.local_times)
        for time in between(schedule, first, last):
            return turn, time
    return None


def _help(job: JobPlan, turn: Turn) -> str:
    first, last = turn.local_times
    otherwise = f"choose hours outside {first:%H:%M} to {last:%H:%M}, or write the schedule in UTC"
    if len(job.schedule.hours) * len(job.schedule.minutes) > 1 or job.schedule.form == "cron":
        return otherwise
    for time in (last, first - timedelta(minutes=30)):
        moved = replace(job.schedule, hours=(time.hour,), minutes=(time.minute,))
        if _struck(moved, job.contract.time_zone) is None:
            text = job.contract.schedule.rpartition(" ")[0]
            return f"write `{text} {time:%H:%M}`, or the schedule in UTC"
    return otherwise
