"""A schedule that a target cannot express.

## What it does
Asks of every job whether its systemd timer and the runtime mean the same instants: intervals that
no calendar has, time zones other than UTC.

## Why is this bad
A timer that is nearly right runs at the wrong time for years before somebody looks. What cannot be
said exactly is refused.

## Example
```yaml
jobs:
  probe:
    run: health.check
    with: {checks: {api: {http: {url: "http://localhost:8000/health"}}}}
    schedule: every 11m
    timeout: 30s
```

## Use instead
```yaml
jobs:
  probe:
    run: health.check
    with: {checks: {api: {http: {url: "http://localhost:8000/health"}}}}
    schedule: every 10m
    timeout: 30s
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.check.rule import Rule, View
from compiler.source.fault import Place
from compiler.targets.systemd import Refusal, on_calendar
from runtime.schedule import parse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.source.fault import Fault

RULE = Rule(id="schedule/not-portable")


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each job of the member whose timer would mean other instants."""
    for name, job in view.member.spec.jobs.items():
        if job.time_zone != "UTC":
            yield RULE.fault(
                Place(("jobs", name, "time_zone")),
                f"the runtime knows no zone `{job.time_zone}`",
                help="write the schedule in UTC and leave `time_zone` out",
            )
            continue
        found = on_calendar(parse(job.schedule))
        if isinstance(found, Refusal):
            yield RULE.fault(
                Place(("jobs", name, "schedule")),
                f"a systemd timer cannot mean `{job.schedule}`",
                label=found.reason,
                help=found.help,
            )
