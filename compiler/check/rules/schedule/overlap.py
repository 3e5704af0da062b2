"""Two jobs that hold one resource at one time.

## What it does
Looks at jobs that take the same resource on the same host, at least one of them exclusively, and
asks whether one is due while the other one usually runs (`expect`, else `timeout`). Jobs of one
`series`, and those that name each other in `after`, wait on purpose.

## Why is this bad
The later one waits for the lock. Where it always waits longer than it may start late, it never
runs, and that is an error.

## Example
```yaml
resources:
  cache: {redis: {url: {env: TABULAR_REDIS_URL}}}
jobs:
  compact: &work
    run: command
    with: {argv: [/usr/bin/true]}
    schedule: daily at 02:00
    timeout: 1h
    takes: {cache: exclusive}
  export:
    <<: *work
    schedule: daily at 02:30
    takes: {cache: shared}
```

## Use instead
```yaml
resources:
  cache: {redis: {url: {env: TABULAR_REDIS_URL}}}
jobs:
  compact: &work
    run: command
    with: {argv: [/usr/bin/true]}
    schedule: daily at 02:00
    timeout: 1h
    takes: {cache: exclusive}
  export:
    <<: *work
    schedule: daily at 03:00
    takes: {cache: shared}
```
"""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from functools import lru_cache
from itertools import combinations, islice
from typing import TYPE_CHECKING, Final, TypeAlias

from compiler.check.rule import Rule, View
from compiler.finding import Severity
from compiler.source.fault import Place
from runtime.contract.units import format_duration
from runtime.schedule import (
    SPAN_END,
    SPAN_START,
    between,
    latest_at_or_before,
    shortest_gap_seconds,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from compiler.lower.plan import JobPlan
    from compiler.source.fault import Fault
    from runtime.schedule import Schedule

RULE = Rule(id="schedule/overlap", severity=Severity.WARNING)

LOOKS: Final = 366
"""Instants of a job that are looked at: a year of a daily one."""

_MOMENT: Final = timedelta(microseconds=1)


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each pair of the site's jobs that meet; once, with the first member."""
    if view.member is not view.site.members[0]:
        return
    told: set[tuple[str, str]] = set()
    for resource, jobs in sorted(_holders(view).items()):
        for one, other in combinations(jobs, 2):
            pair = (_key(one), _key(other))
            if pair in told or not _excludes(one, other, resource):
                continue
            found = _fault(one, other, resource)
            if found is not None:
                told.add(pair)
                yield found


def _holders(view: View) -> dict[str, list[JobPlan]]:
    """Return the jobs that take each resource and are due by themselves."""
    found: dict[str, list[JobPlan]] = defaultdict(list)
    for job in view.plan.jobs:
        if job.schedule.form != "manual":
            for resource in job.contract.takes:
                found[resource].append(job)
    return found


def _excludes(one: JobPlan, other: JobPlan, resource: str) -> bool:
    """Whether two jobs cannot hold a resource together, and nothing says that they wait."""
    if "exclusive" not in (one.contract.takes[resource], other.contract.takes[resource]):
        return False
    if one.hosts and other.hosts and not set(one.hosts) & set(other.hosts):
        return False
    if one.contract.series is not None and one.contract.series == other.contract.series:
        return False
    return _key(one) not in other.contract.after and _key(other) not in one.contract.after


def _fault(one: JobPlan, other: JobPlan, resource: str) -> Fault | None:
    """Return the fault of two jobs that exclude each other, or None when they never meet."""
    for late, holder in ((other, one), (one, other)):
        wait = _always_waits(late, holder)
        if wait is not None:
            deadline = format_duration(late.contract.start_deadline_seconds)
            headline = f"`{late.name}` never starts: `{holder.name}` always holds `{resource}`"
            label = f"it waits {format_duration(wait)} and may start {deadline} late"
            return _told(late, holder, headline, label, Severity.ERROR)
    met = _first_meeting(one, other)
    if met is None:
        return None
    headline = f"`{other.name}` and `{one.name}` hold `{resource}` at one time"
    return _told(other, one, headline, f"as on {met:%FT%H:%MZ}: one of them waits")


def _told(
    late: JobPlan, holder: JobPlan, headline: str, label: str, severity: Severity | None = None
) -> Fault:
    usual = format_duration(_seconds(holder))
    return RULE.fault(
        Place((*late.origin.path, "schedule"), document=late.origin.document),
        headline,
        label=label,
        help="choose times that are further apart, or put both into one `series` to say that"
        " they wait",
        related=(
            (
                Place((*holder.origin.path, "schedule"), document=holder.origin.document),
                f"`{holder.name}` takes {usual}",
            ),
        ),
        severity=severity,
    )


def _always_waits(late: JobPlan, holder: JobPlan) -> float | None:
    """Return the shortest wait of a job for another one when each is past its start deadline."""
    waits: list[float] = []
    for due in _instants(late):
        began = latest_at_or_before(holder.schedule, due - _MOMENT, holder.contract.time_zone)
        if began is None:
            return None
        wait = (began - due).total_seconds() + _seconds(holder)
        if wait <= late.contract.start_deadline_seconds:
            return None
        waits.append(wait)
    return min(waits, default=None)


def _first_meeting(one: JobPlan, other: JobPlan) -> datetime | None:
    """Return the first instant at which both would run, or None."""
    rare, often = sorted((one, other), key=_gap, reverse=True)
    return _meeting(_times(rare), _times(often))


_Times: TypeAlias = tuple["Schedule", str, float]
"""When a job is due, by the clocks of which zone, and how many seconds it usually takes."""


@lru_cache(maxsize=1024)
def _meeting(rare: _Times, often: _Times) -> datetime | None:
    """Return the same of two jobs by their times, which environments have in common."""
    often_schedule, often_zone, often_seconds = often
    for due in islice(between(rare[0], SPAN_START, SPAN_END, rare[1]), LOOKS):
        end = due + timedelta(seconds=rare[2])
        began = latest_at_or_before(often_schedule, end - _MOMENT, often_zone)
        if began is not None and began + timedelta(seconds=often_seconds) > due:
            return max(due, began)
    return None


def _times(job: JobPlan) -> _Times:
    return job.schedule, job.contract.time_zone, _seconds(job)


def _instants(job: JobPlan) -> Iterator[datetime]:
    return islice(between(job.schedule, SPAN_START, SPAN_END, job.contract.time_zone), LOOKS)


def _gap(job: JobPlan) -> int:
    return shortest_gap_seconds(job.schedule, job.contract.time_zone) or 0


def _seconds(job: JobPlan) -> float:
    """Return how long a job usually runs."""
    expect = job.contract.expect_seconds
    return job.contract.timeout_seconds if expect is None else expect


def _key(job: JobPlan) -> str:
    return f"{job.service}/{job.name}"
