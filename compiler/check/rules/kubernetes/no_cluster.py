"""Jobs are to run in a cluster of which nothing is said, or in two.

## What it does
Looks at host groups with `scheduler: kubernetes`: `stack.kubernetes` must say namespace and image,
and all groups of an environment must name one cluster.

## Why is this bad
Without an image there is nothing that a CronJob could run. What is compiled for an environment is
applied to one cluster: the jobs of a second one would run in the first.

## Example
```yaml
hosts:
  cluster: {names: [tabular-production], scheduler: kubernetes}
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
from compiler.source.fault import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.source.fault import Fault

RULE = Rule(id="kubernetes/no-cluster")


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each group of the member that has no cluster, or another one."""
    said = [
        (name, group.names[0])
        for name, group in view.site.hosts.items()
        if group.scheduler == "kubernetes"
    ]
    is_unknown = view.site.stack.kubernetes is None and not _is_broken(view)
    for name, cluster in said:
        if name not in view.member.spec.hosts:
            continue
        if is_unknown:
            yield RULE.fault(
                Place(("hosts", name)),
                f"nothing says how the cluster `{cluster}` runs jobs",
                help="add `stack.kubernetes` with `namespace` and `image`",
            )
        elif cluster != said[0][1]:
            yield RULE.fault(
                Place(("hosts", name)),
                f"the group `{name}` is a second cluster",
                label=f"`{said[0][0]}` names `{said[0][1]}`",
                help="give each cluster an environment of its own",
            )


def _is_broken(view: View) -> bool:
    """Whether somebody says it, and it cannot be read."""
    return any(member.is_broken("stack", "kubernetes") for member in view.site.members)
