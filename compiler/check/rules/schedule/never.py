"""A schedule that never comes.

## What it does
Looks for the first instant of every job's schedule, over forty years.

## Why is this bad
There is no 30 February. The job looks as if it were taken care of, and never runs.

## Example
```yaml
jobs:
  probe:
    run: command
    with: {argv: [/usr/local/bin/probe]}
    schedule: {cron: "0 4 30 2 *"}
    timeout: 30s
```

## Use instead
```yaml
jobs:
  probe:
    run: command
    with: {argv: [/usr/local/bin/probe]}
    schedule: {cron: "0 4 28 2 *"}
    timeout: 30s
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.check.rule import Rule, View
from compiler.source.fault import Place
from runtime.schedule import SPAN_START, next_after

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.source.fault import Fault

RULE = Rule(id="schedule/never")


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each job of the member that is never due, and not run by hand."""
    for job in view.plan.jobs:
        if job.origin.document != view.member.document or job.schedule.form == "manual":
            continue
        if next_after(job.schedule, SPAN_START) is None:
            yield RULE.fault(
                Place((*job.origin.path, "schedule")),
                f"`{job.contract.schedule}` never comes",
                help="choose a day that its months have, or `manual` for a job that is run by hand",
            )
