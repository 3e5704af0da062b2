"""A schedule that a target cannot express.

## What it does
Asks of every job whether what starts it means the same instants as `opsrun`: the systemd timer, on
hosts with `scheduler: cron` the lines of the crontab, in a cluster the CronJob. Intervals that no
calendar has, zones that the host's clock does not show, are not the same. On hosts with
`scheduler: serve` opsrun itself starts jobs.

## Why is this bad
A timer that is nearly right runs at the wrong time for years before somebody looks. What cannot be
said exactly is refused.

## Example
```yaml
jobs:
  probe:
    run: command
    with: {argv: [/usr/local/bin/probe]}
    schedule: every 11m
    timeout: 30s
```

## Use instead
```yaml
jobs:
  probe:
    run: command
    with: {argv: [/usr/local/bin/probe]}
    schedule: every 10m
    timeout: 30s
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.check.rule import Rule, View
from compiler.source.fault import Place
from compiler.targets.cron import crontab_times
from compiler.targets.kubernetes import cron_job_schedule
from compiler.targets.refusal import Refusal
from compiler.targets.systemd import on_calendar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.lower.plan import JobPlan
    from compiler.source.fault import Fault

RULE = Rule(id="schedule/not-portable")


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each job of the member that would be started at other instants."""
    for job in view.plan.jobs:
        if job.origin.document != view.member.document:
            continue
        target, found = _asked(job)
        if isinstance(found, Refusal):
            zone = job.contract.time_zone
            where = "" if zone == "UTC" else f" in {zone}"
            key = "every" if job.origin.path[0] == "health" else "schedule"
            yield RULE.fault(
                Place((*job.origin.path, key)),
                f"{target} cannot mean `{job.contract.schedule}`{where}",
                label=found.reason,
                help=found.help,
            )


def _asked(job: JobPlan) -> tuple[str, object | Refusal]:
    """Return what starts a job, and what it says to the schedule."""
    zone = job.contract.time_zone
    if job.scheduler == "serve":
        return "opsrun", ()
    if job.scheduler == "kubernetes":
        return "a CronJob of Kubernetes", cron_job_schedule(job.schedule, zone)
    if job.scheduler == "cron":
        found = crontab_times(job.schedule, zone, job.host_zone)
        return f"cron on hosts in {job.host_zone}", found
    return "a systemd timer", on_calendar(job.schedule, zone)
