"""A dashboard whose time has no samples in it.

## What it does
Compares the `range` of each dashboard with `stack.prometheus.retention`, 15 days where none is
given, and with the shortest time between two scrapes.

## Why is this bad
Nothing is drawn for the time of which no samples are kept, and no line through one sample: whoever
opens the dashboard takes the blank for what happened.

## Example
```yaml
stack: {prometheus: {retention: 30d}}
dashboards:
  system:
    range: 90d
    rows:
      now:
        level: summary
        panels:
          up: {queries: {up: min(up)}, kind: stat, unit: boolean}
```

## Use instead
```yaml
stack: {prometheus: {retention: 90d}}
dashboards:
  system:
    range: 90d
    rows:
      now:
        level: summary
        panels:
          up: {queries: {up: min(up)}, kind: stat, unit: boolean}
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.check.rule import Rule, View
from compiler.finding import Severity
from compiler.source.fault import Place
from compiler.targets.prometheus import RETENTION_SECONDS
from runtime.contract.units import format_duration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.source.fault import Fault

RULE = Rule(id="dashboard/bad-range", severity=Severity.WARNING)


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each dashboard of the member that shows a time without samples."""
    server = view.site.stack.prometheus
    said = server.retention_seconds
    kept = RETENTION_SECONDS if said is None else said
    jobs = [job.interval_seconds for job in view.plan.scrapes]
    interval = min(jobs, default=server.scrape_interval_seconds)
    for name, dashboard in view.member.spec.dashboards.items():
        shown = dashboard.range_seconds
        place = Place(("dashboards", name, "range"))
        if shown > kept:
            yield RULE.fault(
                place,
                f"`{name}` shows {format_duration(shown)}, and samples are kept for"
                f" {format_duration(kept)}",
                label="" if said is not None else "what Prometheus keeps by itself",
                help=f"write `{format_duration(kept)}` or less, or keep them for longer:"
                " `stack.prometheus.retention`",
            )
        if shown < 2 * interval:
            yield RULE.fault(
                place,
                f"`{name}` shows {format_duration(shown)}, and a sample comes every"
                f" {format_duration(interval)}",
                help=f"write `{format_duration(2 * interval)}` or more",
            )
