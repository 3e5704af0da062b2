"""An alert that nothing tries.

## What it does
Asks whether a test can be made of each alert: from its expression alone, or from `tests:` that the
alert carries. Most expressions are driven over their threshold, under it and back by themselves;
one with a subquery, a forecast or a function that needs more than one series' level is not.

## Why is this bad
An alert that was never seen to fire is a guess. A wrong label, a threshold in another unit or an
operator the wrong way round are found on the night on which it stays silent.

## Example
```yaml
alerts:
  DiskFillsUp:
    group: main
    value: predict_linear(node_filesystem_avail_bytes{mountpoint="/"}[6h], 14400)
    below: 0
    for: 5m
    severity: warning
    summary: The disk of {{ $labels.instance }} fills up
    impact: Nothing can be written in four hours
    dashboard: /d/tabular
```

## Use instead
```yaml
alerts:
  DiskFillsUp:
    group: main
    value: node_filesystem_avail_bytes{mountpoint="/"}
    below: 10GiB
    unit: bytes
    for: 5m
    severity: warning
    summary: The disk of {{ $labels.instance }} fills up
    impact: Nothing can be written soon
    dashboard: /d/tabular
```

## References
https://prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.check.rule import Rule, View
from compiler.finding import Severity
from compiler.lower.drive.obstacle import obstacle
from compiler.source.fault import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.source.fault import Fault

RULE = Rule(id="alert/untested", severity=Severity.WARNING)


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each alert of the member that has no tests and cannot be driven."""
    for group in view.plan.groups:
        for alert in group.alerts:
            path = alert.origin.path
            is_written = path[:1] == ("alerts",) and alert.origin.document == view.member.document
            if not is_written or alert.is_no_data or alert.entry.tests:
                continue
            reason = obstacle(alert.expression)
            if reason is not None:
                yield RULE.fault(
                    Place(path, "key"),
                    f"no test can be made of the alert `{alert.name}`",
                    label=reason,
                    help="say under `tests:` which series make it fire, and which do not",
                )
