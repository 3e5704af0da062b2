"""Rows that do not lead from the whole to the cause.

## What it does
Compares the `level` of each row with that of the row above: `summary`, `key`, `detail`,
`troubleshooting`, in this order. Several rows of a level may follow each other.

## Why is this bad
Who is woken reads from the top: first whether it is bad, then what is bad, then why. What explains
a number before it is seen costs the time that counts.

## Example
```yaml
dashboards:
  system:
    rows:
      processors:
        level: detail
        panels:
          usage: {queries: {usage: "rate(process_cpu_seconds_total[5m])"}, unit: ratio}
      now:
        level: summary
        panels:
          up: {queries: {up: min(up)}, kind: stat, unit: boolean}
```

## Use instead
```yaml
dashboards:
  system:
    rows:
      now:
        level: summary
        panels:
          up: {queries: {up: min(up)}, kind: stat, unit: boolean}
      processors:
        level: detail
        panels:
          usage: {queries: {usage: "rate(process_cpu_seconds_total[5m])"}, unit: ratio}
```
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from compiler.check.rule import Rule, View
from compiler.finding import Severity
from compiler.source.fault import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.source.fault import Fault

RULE = Rule(id="panel/order", severity=Severity.WARNING)

LEVELS: Final = ("summary", "key", "detail", "troubleshooting")
"""From the whole to the cause."""


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each row of the member that stands below what leads on from it."""
    for name, dashboard in view.member.spec.dashboards.items():
        for (above, higher), (below, lower) in pairwise(dashboard.rows.items()):
            if LEVELS.index(lower.level) < LEVELS.index(higher.level):
                yield RULE.fault(
                    Place(("dashboards", name, "rows", below, "level")),
                    f"a row of the level `{lower.level}` stands below one of `{higher.level}`",
                    help=f"put `{below}` above `{above}`",
                )
