"""One of several hosts is to run a job, and they have nothing to agree by.

## What it does
Looks at jobs with `runs: one` on a group of several hosts. The one that runs is chosen in a place
that all of them reach: the resource that `lease` names, or the only database or Redis that the job
acts on or takes.

## Why is this bad
Hosts that share no place cannot know of each other: each of them would run every occurrence.

## Example
```yaml
hosts:
  api: [api1, api2]
retention:
  exports: {files: /srv/tabular/exports, keep: 30d}
jobs:
  clean:
    run: files.expire
    of: exports
    hosts: api
    runs: one
    schedule: daily at 02:00
    timeout: 30m
```

## Use instead
```yaml
hosts:
  api: [api1, api2]
resources:
  database: {postgres: {dsn: {credential: database}}}
retention:
  exports: {files: /srv/tabular/exports, keep: 30d}
jobs:
  clean:
    run: files.expire
    of: exports
    hosts: api
    runs: one
    lease: database
    schedule: daily at 02:00
    timeout: 30m
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.check.rule import Rule, View
from compiler.lower.jobs import LEASING, lease_of
from compiler.model.resources import kind_of
from compiler.source.fault import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.model.jobs import Job
    from compiler.source.fault import Fault

RULE = Rule(id="job/no-lease")


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each job of the member whose hosts cannot agree."""
    for name, job in view.member.spec.jobs.items():
        if job.lease is not None:
            yield from _wrong_kind(view, name, job)
        elif _is_one_of_several(view, job) and lease_of(view.member, job) is None:
            yield RULE.fault(
                Place(("jobs", name, "runs")),
                f"the hosts of `{job.hosts}` have no place to agree on who runs `{name}`",
                label="one of several",
                help="name a `postgres` or a `redis` of `resources` in `lease`, or a group of"
                " one host in `hosts`",
            )


def _wrong_kind(view: View, name: str, job: Job) -> Iterator[Fault]:
    resource = view.member.spec.resources.get(str(job.lease))
    if resource is not None and kind_of(resource) not in LEASING:
        yield RULE.fault(
            Place(("jobs", name, "lease")),
            f"`{job.lease}` is a `{kind_of(resource)}`, where hosts cannot agree",
            help="name a `postgres` or a `redis`",
        )


def _is_one_of_several(view: View, job: Job) -> bool:
    """Whether hosts must agree, and nothing that the job takes is broken: it may be the place."""
    group = view.site.hosts.get(job.hosts or "")
    several = job.runs == "one" and group is not None and len(group.names) > 1
    return several and not any(view.member.is_broken("resources", name) for name in job.takes)
