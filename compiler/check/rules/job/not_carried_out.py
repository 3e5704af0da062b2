"""Something that is said of a job and that the runtime does not do yet.

## What it does
Looks for keys of jobs that this version of `opsrun` and of the units does not act on: `retries`,
`takes`, `after`, `notify`, `runs: one`, `catch_up: all`, `in_maintenance: skip`.

## Why is this bad
The spec reads as if somebody were told of a failure, or as if two jobs never met. Until the runtime
does it, neither is so.

## Example
```yaml
jobs:
  probe:
    run: health.check
    with: {checks: {api: {http: {url: "http://localhost:8000/health"}}}}
    schedule: every 5m
    timeout: 30s
    notify: {to: operations}
```

## Use instead
```yaml
jobs:
  probe:
    run: health.check
    with: {checks: {api: {http: {url: "http://localhost:8000/health"}}}}
    schedule: every 5m
    timeout: 30s
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compiler.check.rule import Rule, View
from compiler.finding import Severity
from compiler.source.fault import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.model.jobs import Job
    from compiler.source.fault import Fault

RULE = Rule(id="job/not-carried-out", severity=Severity.WARNING)

WITHOUT: Final = {
    "retries": "a run that fails is not tried again before the next one is due",
    "takes": "nothing keeps two jobs off one resource",
    "after": "the job starts whatever became of the others",
    "notify": "nobody is told; alert on `opsrun_job_last_success_timestamp_seconds`",
    "runs": "every host of the group runs each occurrence; name a group of one host",
    "catch_up": "of the runs that passed only the latest is made up for, as with `once`",
    "in_maintenance": "the job runs in a window too",
}
"""Keys that are not acted on, and what happens instead."""


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each key of a job of the member that nothing acts on."""
    for name, job in view.member.spec.jobs.items():
        for key in _asked(view, job):
            yield RULE.fault(
                Place(("jobs", name, key), "key"),
                f"`{key}` of a job is not carried out yet",
                label="no effect",
                help=WITHOUT[key],
            )


def _asked(view: View, job: Job) -> Iterator[str]:
    """Yield the keys of a job that ask for what is not done."""
    asks = {
        "retries": job.retries is not None,
        "takes": bool(job.takes),
        "after": bool(job.after),
        "notify": job.notify is not None,
        "runs": job.runs == "one" and len(view.site.hosts.get(job.hosts or "", ())) > 1,
        "catch_up": job.catch_up == "all",
        "in_maintenance": job.in_maintenance == "skip",
    }
    return (key for key, is_asked in asks.items() if is_asked)
