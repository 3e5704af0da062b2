"""A collector on hosts where nothing collects.

## What it does
Looks, where `stack.opsrun.collector` is said, for a job or a health check that runs on hosts with
systemd, or on a host group with `scheduler: serve`.

## Why is this bad
`opsrun serve` collects; its unit is compiled for hosts whose jobs it starts, else beside timers.
Where cron or Kubernetes starts all jobs there is none: nothing is measured, and no threshold makes
a host degraded.

## Example
```yaml
hosts:
  api: {names: [api1, api2], scheduler: cron}
stack:
  opsrun:
    collector: {every: 10s}
```

## Use instead
```yaml
hosts:
  api: {names: [api1, api2], scheduler: serve}
stack:
  opsrun:
    collector: {every: 10s}
jobs:
  probe:
    run: command
    with: {argv: [/usr/local/bin/probe]}
    hosts: api
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

RULE = Rule(id="collector/nothing-collects", severity=Severity.WARNING)


def check(view: View) -> Iterator[Fault]:
    """Yield a fault when the member has a collector that no host of the site runs."""
    stack = view.member.spec.stack
    is_said = stack is not None and stack.opsrun.collector is not None
    if not is_said or view.plan.has_resident or _is_unknown(view):
        return
    served = [name for name, group in view.site.hosts.items() if group.scheduler == "serve"]
    if served:
        headline = f"nothing collects: no job and no health check runs on `{served[0]}`"
        way_out = f"say `hosts: {served[0]}` of what `opsrun serve` is to start"
    else:
        headline = "nothing collects: `opsrun serve` does, and stands on no host"
        way_out = "say `scheduler: serve` of a host group, or leave the collector out"
    yield RULE.fault(Place(("stack", "opsrun", "collector"), "key"), headline, help=way_out)


def _is_unknown(view: View) -> bool:
    """Whether a group, a job or a check stands somewhere and could not be read."""
    sections = {"hosts", "jobs", "health"}
    broken = {path[0] for member in view.site.members for path in member.broken}
    return bool(sections & (broken | view.site.unreadable))
