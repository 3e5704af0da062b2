"""An alert that leads to no runbook.

## What it does
Asks every alert for a runbook: its own `runbook`, or the base address `service.links.runbooks`,
below which the compiled page of each alert is published.

## Why is this bad
Somebody is called, at night and not the author. The link in the notice is where they start.

## Example
```yaml
opsc: 1
service: {name: tabular, title: Tabular, owner: operations}
teams:
  operations: {contact: {email: operations@example.org}}
alert_groups:
  main: {every: 30s}
alerts:
  HighErrorRate:
    group: main
    value: sum by (instance) (rate(tabular_errors_total[5m]))
    above: 5
    for: 5m
    severity: warning
    summary: Errors on {{ $labels.instance }}
    impact: Users see errors
    dashboard: /d/tabular
```

## Use instead
```yaml
opsc: 1
service:
  name: tabular
  title: Tabular
  owner: operations
  links: {runbooks: "https://ops.example.org/tabular"}
teams:
  operations: {contact: {email: operations@example.org}}
alert_groups:
  main: {every: 30s}
alerts:
  HighErrorRate:
    group: main
    value: sum by (instance) (rate(tabular_errors_total[5m]))
    above: 5
    for: 5m
    severity: warning
    summary: Errors on {{ $labels.instance }}
    impact: Users see errors
    dashboard: /d/tabular
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.check.rule import Rule, View
from compiler.source.fault import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.source.fault import Fault

RULE = Rule(id="alert/no-runbook", is_allowable=True)


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each alert of the member that leads to no runbook."""
    service = view.member.spec.service
    if service is None or service.links.runbooks is not None:
        return
    for name, alert in view.member.spec.alerts.items():
        if alert.runbook is None:
            yield RULE.fault(
                Place(("alerts", name), "key"),
                f"the alert `{name}` leads to no runbook",
                help="say where the compiled pages are published, `service.links.runbooks`,"
                " or give the alert a `runbook` of its own",
            )
