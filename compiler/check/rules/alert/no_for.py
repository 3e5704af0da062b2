"""An alert that fires at the first sample.

## What it does
Asks every alert for `for`, at least two evaluation intervals of its group long.

## Why is this bad
One odd sample, one scrape that failed, one restart, and somebody is called for something that is
over. Two evaluations in a row are the least that tells a state from an accident.

## Example
```yaml
alerts:
  HighErrorRate:
    group: main
    value: sum by (instance) (rate(tabular_errors_total[5m]))
    above: 5
    severity: warning
    summary: Errors on {{ $labels.instance }}
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

## References
https://prometheus.io/docs/practices/alerting/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.check.rule import Rule, View
from compiler.finding import Severity
from compiler.source.fault import Place
from runtime.contract.units import format_duration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.source.fault import Fault

RULE = Rule(id="alert/no-for", severity=Severity.WARNING)


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each alert of the member that waits for less than two evaluations."""
    default = view.site.stack.prometheus.evaluation_interval_seconds
    for name, alert in view.member.spec.alerts.items():
        group = view.member.spec.alert_groups.get(alert.group)
        if group is None:
            continue
        every = default if group.every_seconds is None else group.every_seconds
        if alert.for_seconds >= 2 * every:
            continue
        least = format_duration(2 * every)
        if alert.for_seconds == 0:
            place = Place(("alerts", name), "key")
            headline = f"the alert `{name}` fires at the first sample"
        else:
            place = Place(("alerts", name, "for"))
            headline = f"`{name}` waits for less than two evaluations"
        yield RULE.fault(
            place,
            headline,
            help=f"its group is evaluated every {format_duration(every)}:"
            f" write `for: {least}` or more",
        )
