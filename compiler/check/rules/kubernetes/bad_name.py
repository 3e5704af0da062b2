"""A name that Kubernetes does not take, or that two objects would have.

## What it does
Looks at the names of what is compiled for a cluster. A job's CronJob is called
`opsrun-<service>-<job>`, with hyphens for underscores; it may have 52 characters. Scrape jobs and
rule files become objects of their own names, where the Prometheus Operator reads them.

## Why is this bad
The API server refuses a CronJob with a longer name: each of its Jobs has eleven characters more,
and must fit into a label. Of two objects with one name, the second replaces the first.

## Example
```yaml
hosts:
  cluster: {names: [tabular-production], scheduler: kubernetes}
stack:
  kubernetes:
    namespace: tabular
    image: registry.example.org/tabular/opsrun:1.4.2
    pushgateway: http://pushgateway.monitoring:9091
jobs:
  remove-generated-data-past-its-retention:
    run: command
    with: {argv: [/usr/local/bin/clean]}
    hosts: cluster
    schedule: daily at 02:00
    timeout: 30m
```

## Use instead
```yaml
hosts:
  cluster: {names: [tabular-production], scheduler: kubernetes}
stack:
  kubernetes:
    namespace: tabular
    image: registry.example.org/tabular/opsrun:1.4.2
    pushgateway: http://pushgateway.monitoring:9091
jobs:
  remove-generated-data-past-retention:
    run: command
    with: {argv: [/usr/local/bin/clean]}
    hosts: cluster
    schedule: daily at 02:00
    timeout: 30m
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.check.rule import Rule, View
from compiler.lower.slo.families import families_of
from compiler.source.fault import Place
from compiler.targets.kubernetes import CRON_JOB_LIMIT, DELIVER, cron_job_name, object_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.lower.plan import JobPlan, Origin
    from compiler.source.fault import Fault

RULE = Rule(id="kubernetes/bad-name")


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each entry of the member whose object cannot be called as it would be."""
    cluster = view.site.stack.kubernetes
    if cluster is None:
        return
    jobs = view.plan.in_cluster.jobs
    for job in jobs:
        if job.origin.document == view.member.document:
            yield from _too_long(job)
    names = [(cron_job_name(job.service, job.name), job.origin) for job in jobs]
    yield from _twice(view, "CronJobs", names)
    if cluster.operator is None:
        return
    scrapes = [(object_name(job.name), job.origin) for job in view.plan.scrapes]
    yield from _twice(view, "scrape jobs", scrapes)
    rules = [(object_name(name), one.origin) for name, one in view.plan.services.items()]
    rules += [(object_name(name), slos[0].origin) for name, slos in families_of(view.plan.slos)]
    yield from _twice(view, "rule files", rules)


def _too_long(job: JobPlan) -> Iterator[Fault]:
    name = cron_job_name(job.service, job.name)
    if name == DELIVER:
        yield RULE.fault(
            Place(job.origin.path, "key"),
            f"the CronJob of `{job.name}` has the name of the one that tells people",
            label=f"it is `{name}`",
            help="give the job another name",
        )
    if len(name) > CRON_JOB_LIMIT:
        over = len(name) - CRON_JOB_LIMIT
        yield RULE.fault(
            Place(job.origin.path, "key"),
            f"the CronJob of `{job.name}` has a name of {len(name)} characters",
            label=f"it is `{name}`",
            help=f"shorten the name by {over}: a CronJob's may have {CRON_JOB_LIMIT}",
        )


def _twice(view: View, what: str, names: list[tuple[str, Origin]]) -> Iterator[Fault]:
    first: dict[str, Origin] = {}
    for name, origin in names:
        other = first.setdefault(name, origin)
        if other != origin and origin.document == view.member.document:
            yield RULE.fault(
                Place(origin.path, "key"),
                f"two {what} would be called `{name}`",
                help="give one of them another name; hyphen and underscore are one here",
                related=((Place(other.path, "key", None, other.document), "the other"),),
            )
