"""A job that may still run when it is due again.

## What it does
Compares the time limit of every job, and its random delay, with the shortest time between two of
its instants.

## Why is this bad
A run that hangs until its limit takes the next run's turn: it starts late, or is missed. Found by
day that is a puzzle, found by night it is a page.

## Example
```yaml
jobs:
  probe:
    run: command
    with: {argv: [/usr/local/bin/probe]}
    schedule: every 5m
    timeout: 10m
```

## Use instead
```yaml
jobs:
  probe:
    run: command
    with: {argv: [/usr/local/bin/probe]}
    schedule: every 5m
    timeout: 4m
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.check.rule import Rule, View
from compiler.finding import Severity
from compiler.source.fault import Place
from runtime.contract.units import format_duration
from runtime.schedule import shortest_gap_seconds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.source.fault import Fault

RULE = Rule(id="schedule/timeout-past-next-run", severity=Severity.WARNING)


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each job of the member whose time limit is past its next instant."""
    for job in view.plan.jobs:
        if job.origin.document != view.member.document:
            continue
        contract = job.contract
        gap = shortest_gap_seconds(job.schedule, contract.time_zone)
        # A delay that is longer than the gap is a fault of its own.
        if gap is None or contract.jitter_seconds >= gap:
            continue
        left = gap - contract.jitter_seconds
        if contract.timeout_seconds <= left:
            continue
        delayed = " and its delay" if contract.jitter_seconds else ""
        yield RULE.fault(
            Place((*job.origin.path, "timeout")),
            f"`{job.name}` may still run when it is due again",
            label=f"its limit{delayed} is past {format_duration(gap)}, the time between two runs",
            help=f"write `{format_duration(left)}` or less, or let it run less often",
        )
