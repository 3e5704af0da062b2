"""A job has the name of one that makes health checks.

## What it does
Compares the names of jobs with those of the jobs that `health` becomes: `health-check`, and for
checks with hosts or an interval of their own `health-check-<hosts>-<interval>`.

## Why is this bad
Both would be one unit, one entry of the plan: only one of them could run.

## Example
```yaml
resources:
  api: {http: {url: "http://localhost:8000/health"}}
health:
  timeout: 5s
  checks:
    api: {of: api}
jobs:
  health-check: {run: health.check, of: api, schedule: daily at 02:00, timeout: 1m}
```

## Use instead
```yaml
resources:
  api: {http: {url: "http://localhost:8000/health"}}
health:
  timeout: 5s
  checks:
    api: {of: api}
jobs:
  nightly-check: {run: health.check, of: api, schedule: daily at 02:00, timeout: 1m}
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.check.rule import Rule, View
from compiler.lower.health import health_job_name, runs_of
from compiler.source.fault import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.source.fault import Fault

RULE = Rule(id="health/name-taken")


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each job of the member that has a health job's name."""
    health = view.member.spec.health
    if health is None:
        return
    made = {health_job_name(health, *runs_of(health, entry)) for entry in health.checks.values()}
    for name in view.member.spec.jobs:
        if name in made:
            yield RULE.fault(
                Place(("jobs", name), "key"),
                f"`{name}` is the job that makes the checks of `health`",
                help="give the job another name, or leave it out: the checks are made without it",
            )
