"""A job that sits out maintenance, and is only ever due in it.

## What it does
Looks at jobs with `in_maintenance: skip` whose every instant lies in a maintenance window.

## Why is this bad
Each is sensible alone. Together they mean that the job is skipped each time, in good order, and
never runs.

## Example
```yaml
jobs:
  probe:
    run: command
    with: {argv: [/usr/local/bin/probe]}
    schedule: weekly on sun at 03:00
    timeout: 30s
    in_maintenance: skip
maintenance:
  windows:
    upgrades: {schedule: weekly on sun at 02:00, lasts: 2h}
```

## Use instead
```yaml
jobs:
  probe:
    run: command
    with: {argv: [/usr/local/bin/probe]}
    schedule: weekly on sun at 04:00
    timeout: 30s
    in_maintenance: skip
maintenance:
  windows:
    upgrades: {schedule: weekly on sun at 02:00, lasts: 2h}
```
"""

from __future__ import annotations

from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING, Final

from compiler.check.rule import Rule, View
from compiler.finding import Severity
from compiler.source.fault import Place
from runtime.schedule import SPAN_END, SPAN_START, between, latest_at_or_before, parse

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from compiler.lower.plan import JobPlan
    from compiler.source.fault import Fault
    from runtime.contract.plan import Window

RULE = Rule(id="schedule/in-maintenance", severity=Severity.WARNING)

LOOKS: Final = 120
"""Instants of a job that are looked at: ten years of a monthly one."""


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each job of the member that every run of is skipped."""
    for job in view.plan.jobs:
        if job.origin.document != view.member.document or job.contract.in_maintenance == "run":
            continue
        windows = [one for one in view.plan.windows if one.service in (None, job.service)]
        names = _always_in(job, windows)
        if names:
            yield RULE.fault(
                Place((*job.origin.path, "schedule")),
                f"`{job.name}` is only ever due in maintenance, and skips it",
                label=f"always in {', '.join(f'`{name}`' for name in names)}",
                help="choose a time outside the window, or `in_maintenance: run`",
            )


def _always_in(job: JobPlan, windows: list[Window]) -> list[str]:
    """Return the windows in which a job is due, when it is due in no other time."""
    found: dict[str, None] = {}
    instants = between(job.schedule, SPAN_START, SPAN_END, job.contract.time_zone)
    for due in islice(instants, LOOKS):
        window = next((one for one in windows if _is_open(one, due)), None)
        if window is None:
            return []
        found[window.name] = None
    return list(found)


def _is_open(window: Window, instant: datetime) -> bool:
    if window.schedule is None:
        return False
    opened = latest_at_or_before(parse(window.schedule), instant, window.time_zone)
    return opened is not None and instant < opened + timedelta(seconds=window.lasts_seconds)
