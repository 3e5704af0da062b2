"""An alert that leads to no dashboard.

## What it does
Asks every alert for `dashboard`, an address or a path below `service.links.dashboards`.

## Why is this bad
The first question to an alert is what the value did before. A link answers it, a search does not.
A path without a base address makes no link either.

## Example
```yaml
alerts:
  HighErrorRate:
    group: main
    value: sum by (instance) (rate(tabular_errors_total[5m]))
    above: 5
    for: 5m
    severity: warning
    summary: Errors on {{ $labels.instance }}
    impact: Users see errors
```

## Use instead
```yaml
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
from compiler.finding import Severity
from compiler.source.fault import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.source.fault import Fault

RULE = Rule(id="alert/no-dashboard", severity=Severity.WARNING)


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each alert of the member that leads to no dashboard."""
    service = view.member.spec.service
    base = None if service is None else service.links.dashboards
    for name, alert in view.member.spec.alerts.items():
        path = ("alerts", name)
        if alert.dashboard is None:
            yield RULE.fault(
                Place(path, "key"),
                f"the alert `{name}` leads to no dashboard",
                help="add `dashboard:` with an address, or a path below `service.links.dashboards`",
            )
        elif base is None and not alert.dashboard.startswith(("http://", "https://")):
            yield RULE.fault(
                Place((*path, "dashboard")),
                f"`{alert.dashboard}` is a path below no address",
                help="say where Grafana is: `service.links.dashboards`",
            )
