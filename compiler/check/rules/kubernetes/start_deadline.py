"""A job in a cluster may only start sooner than a cluster starts anything.

## What it does
Looks at the start deadline of jobs that Kubernetes starts: below ten seconds is too soon.

## Why is this bad
The controller looks every ten seconds for what is due, and then a pod finds a node and an image.
What may not start later than that is missed nearly every time.

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
  probe:
    run: command
    with: {argv: [/usr/local/bin/probe]}
    hosts: cluster
    schedule: every 10m
    start_deadline: 5s
    timeout: 30s
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
  probe:
    run: command
    with: {argv: [/usr/local/bin/probe]}
    hosts: cluster
    schedule: every 10m
    start_deadline: 5m
    timeout: 30s
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.check.in_cluster import jobs_of_member
from compiler.check.rule import Rule, View
from compiler.finding import Severity
from compiler.source.fault import Place
from compiler.targets.kubernetes import LEAST_START_DEADLINE_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.source.fault import Fault

RULE = Rule(id="kubernetes/start-deadline", severity=Severity.WARNING)


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each job of the member that would nearly never start in time."""
    for job in jobs_of_member(view):
        said = job.entry.start_deadline_seconds
        if said is not None and said < LEAST_START_DEADLINE_SECONDS:
            yield RULE.fault(
                Place((*job.origin.path, "start_deadline")),
                f"no pod of `{job.name}` starts that soon",
                label=f"the controller looks every {LEAST_START_DEADLINE_SECONDS}s",
                help="allow a minute or more",
            )
