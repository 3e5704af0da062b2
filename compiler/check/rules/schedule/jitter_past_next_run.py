"""A random delay as long as the time between two runs.

## What it does
Compares the random delay of every job with the shortest time between two of its instants.

## Why is this bad
A run that is delayed until the next one is due has lost its turn: the two become one, and the job
runs less often than the spec says.

## Example
```yaml
jobs:
  probe:
    run: command
    with: {argv: [/usr/local/bin/probe]}
    schedule: every 5m
    jitter: 10m
    timeout: 30s
```

## Use instead
```yaml
jobs:
  probe:
    run: command
    with: {argv: [/usr/local/bin/probe]}
    schedule: every 5m
    jitter: 1m
    timeout: 30s
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

RULE = Rule(id="schedule/jitter-past-next-run", severity=Severity.WARNING)


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each job of the member whose delay is as long as its shortest gap."""
    for job in view.plan.jobs:
        jitter = job.contract.jitter_seconds
        if job.origin.document != view.member.document or not jitter:
            continue
        gap = shortest_gap_seconds(job.schedule, job.contract.time_zone)
        if gap is not None and jitter >= gap:
            yield RULE.fault(
                Place((*job.origin.path, "jitter")),
                f"`{job.name}` may be delayed until it is due again",
                label=f"runs are {format_duration(gap)} apart",
                help=f"write less than `{format_duration(gap)}`: a tenth of it spreads hosts well",
            )
