"""An alert that leads to no dashboard.

## What it does
Asks every alert for `dashboard`: a dashboard of the spec or a panel of it, by name, or an address,
or a path below `service.links.dashboards`. Where none is said, a panel of `dashboards` that shows
the alert, or its signal, will do.

## Why is this bad
The first question to an alert is what the value did before. A link answers it, a search does not.
A name or a path without a base address makes no link either.

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
from compiler.lower.dashboards.links import panels_shown
from compiler.source.fault import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.source.fault import Fault

RULE = Rule(id="alert/no-dashboard", severity=Severity.WARNING)


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each alert of the member that leads to no dashboard."""
    service = view.member.spec.service
    is_somewhere = service is not None and service.links.dashboards is not None
    panels = dict(panels_shown(view.member.spec))
    # One that could not be read may show anything.
    lost = {*view.site.unreadable, *(path[0] for path in view.member.broken)}
    is_sure = "dashboards" not in lost
    for name, alert in view.member.spec.alerts.items():
        path = ("alerts", name)
        shown = panels.get(("alert", name)) or panels.get(("signal", str(alert.signal)))
        leads_to = alert.dashboard or shown
        if leads_to is None:
            if is_sure:
                yield RULE.fault(
                    Place(path, "key"),
                    f"the alert `{name}` leads to no dashboard",
                    help="add `dashboard:`, or a panel that shows the alert or its signal",
                )
        elif not is_somewhere and not leads_to.startswith(("http://", "https://")):
            said = Place((*path, "dashboard")) if alert.dashboard else Place(path, "key")
            yield RULE.fault(
                said,
                f"`{leads_to}` is below no address",
                help="say where Grafana is: `service.links.dashboards`",
            )
