"""A job that follows one which its host does not run.

## What it does
Compares the hosts of each job with those of the jobs that it comes `after`.

## Why is this bad
A host knows how its own jobs ended and nothing of those on other hosts. There the job would wait
for what never comes, and be skipped.

## Example
```yaml
hosts: {api: [api1, api2], db: [db1]}
retention:
  exports: {files: /srv/tabular/exports, keep: 30d}
jobs:
  pack:
    run: files.expire
    of: exports
    hosts: db
    schedule: daily at 01:00
    timeout: 30m
  clean:
    run: files.expire
    of: exports
    hosts: api
    schedule: daily at 02:00
    timeout: 30m
    after: [pack]
```

## Use instead
```yaml
hosts: {api: [api1, api2]}
retention:
  exports: {files: /srv/tabular/exports, keep: 30d}
jobs:
  pack:
    run: files.expire
    of: exports
    hosts: api
    schedule: daily at 01:00
    timeout: 30m
  clean:
    run: files.expire
    of: exports
    hosts: api
    schedule: daily at 02:00
    timeout: 30m
    after: [pack]
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.check.rule import Rule, View
from compiler.source.fault import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.lower.plan import JobPlan
    from compiler.source.fault import Fault

RULE = Rule(id="job/after-elsewhere")


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each job of the member that follows one which is not on all its hosts."""
    jobs = {f"{job.service}/{job.name}": job for job in view.plan.jobs}
    for job in view.plan.jobs:
        if job.origin.document != view.member.document:
            continue
        for index, key in enumerate(job.contract.after):
            before = jobs.get(key)
            if before is not None and _is_elsewhere(job, before):
                yield _fault(job, before, index)


def _is_elsewhere(job: JobPlan, before: JobPlan) -> bool:
    """Whether a host runs a job and not the one before it; no hosts at all mean every one."""
    if not before.hosts:
        return False
    return not job.hosts or not set(job.hosts) <= set(before.hosts)


def _fault(job: JobPlan, before: JobPlan, index: int) -> Fault:
    missing = [host for host in job.hosts if host not in before.hosts]
    where = ", ".join(f"`{host}`" for host in missing) or "hosts that no group names"
    return RULE.fault(
        Place((*job.origin.path, "after", index)),
        f"`{before.name}` does not run on {where}",
        label=f"`{job.name}` would wait there for ever",
        help="run both on the same hosts, or let the schedule keep them apart",
        related=(
            (Place(before.origin.path, "key", None, before.origin.document), "the job before it"),
        ),
    )
