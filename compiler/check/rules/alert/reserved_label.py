"""A label of an alert that opsc sets itself.

## What it does
Looks for `alertname`, `owner`, `service`, `severity` and `signal` among an alert's own `labels`.

## Why is this bad
Routes and muting go by these labels. They follow from the alert's name, `owner`, `severity` and
`signal`; what stands in `labels` would be lost, or would make an alert that no route knows.

## Example
```yaml
alert_groups: {errors: {}}
alerts:
  Errors:
    group: errors
    value: errors_in_queue
    above: 3
    for: 5m
    severity: warning
    summary: Errors on {{ $labels.instance }}
    impact: Users see errors
    dashboard: /d/tabular
    labels: {severity: page}
```

## Use instead
```yaml
alert_groups: {errors: {}}
alerts:
  Errors:
    group: errors
    value: errors_in_queue
    above: 3
    for: 5m
    severity: critical
    summary: Errors on {{ $labels.instance }}
    impact: Users see errors
    dashboard: /d/tabular
    labels: {tier: gold}
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compiler.check.rule import Rule, View
from compiler.source.fault import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.source.fault import Fault

RULE = Rule(id="alert/reserved-label")

INSTEAD: Final = {
    "alertname": "it is the alert's name",
    "owner": "write `owner:` beside `labels`",
    "service": "it is the service's name",
    "severity": "write `severity:` beside `labels`",
    "signal": "write `signal:` beside `labels`",
}
"""What opsc sets, and how it is said."""


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each label of an alert that follows from something else."""
    for name, alert in view.member.spec.alerts.items():
        for label in alert.labels:
            if label in INSTEAD:
                yield RULE.fault(
                    Place(("alerts", name, "labels", label), "key"),
                    f"the label `{label}` is set by opsc",
                    help=INSTEAD[label],
                )
