"""A dashboard that is to be drawn more often than Grafana draws.

## What it does
Compares the `refresh` of each dashboard with 5s, below which Grafana does not go unless its
`min_refresh_interval` says so.

## Why is this bad
Grafana puts its own least interval in the place of what is written. Where it is let go further,
every open window asks Prometheus for all panels that often, and is shown the samples of the last
scrape again.

## Example
```yaml
dashboards:
  system:
    refresh: 1s
    rows:
      now:
        level: summary
        panels:
          up: {queries: {up: min(up)}, kind: stat, unit: boolean}
```

## Use instead
```yaml
dashboards:
  system:
    refresh: 5s
    rows:
      now:
        level: summary
        panels:
          up: {queries: {up: min(up)}, kind: stat, unit: boolean}
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compiler.check.rule import Rule, View
from compiler.finding import Severity
from compiler.source.fault import Place
from runtime.contract.units import format_duration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.source.fault import Fault

RULE = Rule(id="dashboard/refresh-too-often", severity=Severity.WARNING)

LEAST_SECONDS: Final = 5
"""Grafana's `min_refresh_interval` where nobody sets another one."""


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each dashboard of the member that Grafana would not draw so often."""
    for name, dashboard in view.member.spec.dashboards.items():
        if dashboard.refresh_seconds < LEAST_SECONDS:
            written = format_duration(dashboard.refresh_seconds)
            yield RULE.fault(
                Place(("dashboards", name, "refresh")),
                f"Grafana does not draw `{name}` every {written}",
                label=f"its least interval is {LEAST_SECONDS}s",
                help=f"write `{LEAST_SECONDS}s` or more",
            )
