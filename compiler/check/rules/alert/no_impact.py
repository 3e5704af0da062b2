"""An alert that does not say what users notice.

## What it does
Asks every alert for `impact`.

## Why is this bad
The impact decides whether somebody gets up. An alert whose impact nobody can name is often one
that nobody needs.

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
    dashboard: /d/tabular
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

RULE = Rule(id="alert/no-impact", severity=Severity.WARNING)


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each alert of the member that has no impact."""
    for name, alert in view.member.spec.alerts.items():
        if alert.impact is None:
            yield RULE.fault(
                Place(("alerts", name), "key"),
                f"the alert `{name}` does not say what users notice",
                help="add `impact:`, what becomes worse for whom while the alert fires",
            )
