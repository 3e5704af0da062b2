"""An alert without a summary.

## What it does
Asks every alert for `summary`, one line that says what is wrong.

## Why is this bad
The summary is the subject of the mail and the title of the page. Without one, whoever is called
reads a name in camel case and guesses.

## Example
```yaml
alerts:
  HighErrorRate:
    group: main
    value: sum by (instance) (rate(tabular_errors_total[5m]))
    above: 5
    for: 5m
    severity: warning
    impact: Users see errors
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
from compiler.source.fault import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.source.fault import Fault

RULE = Rule(id="alert/no-summary", is_allowable=True)


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each alert of the member that has no summary."""
    for name, alert in view.member.spec.alerts.items():
        if alert.summary is None:
            yield RULE.fault(
                Place(("alerts", name), "key"),
                f"the alert `{name}` has no summary",
                help="say in one line what is wrong:"
                " `summary: High CPU usage on {{ $labels.instance }}`",
            )
