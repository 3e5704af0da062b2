"""Many jobs that start at one minute on one host.

## What it does
Counts, for every host, the jobs that are due at the same minute of the same day and have no random
delay. Jobs that run more often than every hour are not counted: they start beside others all the
time. Nor are those with `after`, which wait for others.

## Why is this bad
Midnight is when everybody's jobs start. They slow each other down, run into their limits, and what
each of them takes can no longer be told.

## Example
```yaml
jobs:
  first: &probe
    run: command
    with: {argv: [/usr/local/bin/probe]}
    schedule: daily at 00:00
    timeout: 30s
  second: *probe
  third: *probe
  fourth: *probe
  fifth: *probe
```

## Use instead
```yaml
jobs:
  first: &probe
    run: command
    with: {argv: [/usr/local/bin/probe]}
    schedule: daily at 00:00
    jitter: 10m
    timeout: 30s
  second: *probe
  third: *probe
  fourth: *probe
  fifth: *probe
```
"""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from compiler.check.rule import Rule, View
from compiler.finding import Severity
from compiler.source.fault import Place
from runtime.schedule import SPAN_START, between, shortest_gap_seconds

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from compiler.lower.plan import JobPlan
    from compiler.source.fault import Fault

RULE = Rule(id="schedule/thundering", severity=Severity.WARNING)

MANY: Final = 5
"""Jobs at one minute that are too many for one host."""

OFTEN_SECONDS: Final = 3600
LOOK: Final = timedelta(days=92)
"""Days that are looked at: a whole quarter, from the first day of a year."""


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each crowd of the site; once, with the first member."""
    if view.member is not view.site.members[0]:
        return
    told: set[tuple[str, ...]] = set()
    for host, jobs in sorted(_by_host(view).items()):
        found = _crowd(jobs)
        if found is None:
            continue
        instant, crowd = found
        keys = tuple(f"{job.service}/{job.name}" for job in crowd)
        if keys in told:
            continue
        told.add(keys)
        where = f" on `{host}`" if host else ""
        yield RULE.fault(
            Place((*crowd[-1].origin.path, "schedule"), document=crowd[-1].origin.document),
            f"{len(crowd)} jobs start at {instant:%FT%H:%MZ}{where}",
            help="give them a `jitter`, or other minutes",
            related=tuple(
                (Place((*job.origin.path, "schedule"), document=job.origin.document), job.name)
                for job in crowd[:-1]
            ),
        )


def _by_host(view: View) -> dict[str, list[JobPlan]]:
    """Return, for each host, the jobs that may crowd there; no name stands for anywhere."""
    found: dict[str, list[JobPlan]] = defaultdict(list)
    for job in view.plan.jobs:
        gap = shortest_gap_seconds(job.schedule, job.contract.time_zone)
        waits = job.contract.jitter_seconds or job.contract.after
        if gap is not None and gap >= OFTEN_SECONDS and not waits:
            for host in job.hosts or ("",):
                found[host].append(job)
    return found


def _crowd(jobs: list[JobPlan]) -> tuple[datetime, list[JobPlan]] | None:
    """Given the jobs of one host, return the first minute at which the most of too many start."""
    if len(jobs) < MANY:
        return None
    starting: dict[datetime, list[JobPlan]] = defaultdict(list)
    for job in jobs:
        for due in between(job.schedule, SPAN_START, SPAN_START + LOOK, job.contract.time_zone):
            starting[due].append(job)
    instant, crowd = max(starting.items(), key=lambda item: (len(item[1]), -item[0].timestamp()))
    return (instant, crowd) if len(crowd) >= MANY else None
