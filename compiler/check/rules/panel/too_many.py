"""More panels than anybody looks at.

## What it does
Counts the panels of each dashboard (at most 30), and of its summary (at most 8).

## Why is this bad
A wall of pictures hides the one that matters, and each of them asks Prometheus anew whenever the
dashboard is drawn.

## Example
```yaml
dashboards:
  system:
    rows:
      now:
        level: summary
        panels:
          a: {queries: {a: min(up)}, kind: stat, unit: boolean}
          b: {queries: {b: min(up)}, kind: stat, unit: boolean}
          c: {queries: {c: min(up)}, kind: stat, unit: boolean}
          d: {queries: {d: min(up)}, kind: stat, unit: boolean}
          e: {queries: {e: min(up)}, kind: stat, unit: boolean}
          f: {queries: {f: min(up)}, kind: stat, unit: boolean}
          g: {queries: {g: min(up)}, kind: stat, unit: boolean}
          h: {queries: {h: min(up)}, kind: stat, unit: boolean}
          i: {queries: {i: min(up)}, kind: stat, unit: boolean}
```

## Use instead
```yaml
dashboards:
  system:
    rows:
      now:
        level: summary
        panels:
          a: {queries: {a: min(up)}, kind: stat, unit: boolean}
          b: {queries: {b: min(up)}, kind: stat, unit: boolean}
          c: {queries: {c: min(up)}, kind: stat, unit: boolean}
          d: {queries: {d: min(up)}, kind: stat, unit: boolean}
          e: {queries: {e: min(up)}, kind: stat, unit: boolean}
          f: {queries: {f: min(up)}, kind: stat, unit: boolean}
          g: {queries: {g: min(up)}, kind: stat, unit: boolean}
          h: {queries: {h: min(up)}, kind: stat, unit: boolean}
      more:
        level: key
        panels:
          i: {queries: {i: min(up)}, kind: stat, unit: boolean}
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compiler.check.rule import Rule, View
from compiler.finding import Severity
from compiler.source.fault import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.source.fault import Fault

RULE = Rule(id="panel/too-many", severity=Severity.WARNING)

MOST_PANELS: Final = 30
"""Panels of a dashboard."""
MOST_IN_SUMMARY: Final = 8
"""Panels of all rows of the level `summary`."""


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each dashboard of the member that shows too much."""
    for name, dashboard in view.member.spec.dashboards.items():
        rows = dashboard.rows.values()
        summary = sum(len(row.panels) for row in rows if row.level == "summary")
        total = sum(len(row.panels) for row in rows)
        if total > MOST_PANELS:
            yield RULE.fault(
                Place(("dashboards", name), "key"),
                f"the dashboard `{name}` has {total} panels, more than {MOST_PANELS}",
                help="make two of it, and link them",
            )
        if summary > MOST_IN_SUMMARY:
            yield RULE.fault(
                Place(("dashboards", name), "key"),
                f"the summary of `{name}` has {summary} panels, more than {MOST_IN_SUMMARY}",
                help="leave there what says whether all is well, and put the rest into other rows",
            )
