"""Jobs run in a cluster, and nothing hears how they end.

## What it does
Looks whether `stack.kubernetes` names a Pushgateway when Kubernetes starts jobs.

## Why is this bad
On hosts a node exporter reads what opsrun writes; none sees into a pod, which is gone when a scrape
comes. Without a Pushgateway no alert says that a job failed or was missed.

## Example
```yaml
hosts:
  cluster: {names: [tabular-production], scheduler: kubernetes}
stack:
  kubernetes: {namespace: tabular, image: "registry.example.org/tabular/opsrun:1.4.2"}
jobs:
  probe:
    run: command
    with: {argv: [/usr/local/bin/probe]}
    hosts: cluster
    schedule: every 10m
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
    timeout: 30s
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.check.rule import Rule, View
from compiler.finding import Severity
from compiler.source.fault import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.source.fault import Fault

RULE = Rule(id="kubernetes/unheard", severity=Severity.WARNING)


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for the cluster of the member whose jobs report to nobody."""
    stack = view.member.spec.stack
    cluster = None if stack is None else stack.kubernetes
    if cluster is None or cluster.pushgateway is not None or not view.plan.in_cluster.jobs:
        return
    yield RULE.fault(
        Place(("stack", "kubernetes"), "key"),
        "nothing hears how the cluster's jobs end",
        help="name a Pushgateway that Prometheus scrapes: `pushgateway: http://pushgateway:9091`",
    )
