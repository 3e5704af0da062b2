"""A dashboard, a row or a panel without anything in it.

## What it does
Looks for `rows`, `panels` and `queries` that hold nothing.

## Why is this bad
Grafana shows an empty frame, in which somebody waits for values.

## Example
```yaml
dashboards:
  system:
    rows:
      now: {level: summary, panels: {}}
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
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.check.panels import panels
from compiler.check.rule import Rule, View
from compiler.source.fault import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.source.fault import Fault
    from compiler.source.tree import Path

RULE = Rule(id="panel/empty")


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each thing of the member that holds nothing."""
    for name, dashboard in view.member.spec.dashboards.items():
        path: Path = ("dashboards", name, "rows")
        if not dashboard.rows:
            yield _fault(path, f"the dashboard `{name}` has no row")
        for key, row in dashboard.rows.items():
            if not row.panels:
                yield _fault((*path, key, "panels"), f"the row `{key}` has no panel")
    for panel in panels(view.member):
        if panel.entry.queries is not None and not panel.entry.queries:
            yield _fault((*panel.path, "queries"), f"the panel `{panel.name}` asks nothing")


def _fault(path: Path, headline: str) -> Fault:
    return RULE.fault(Place(path, "key"), headline, help="fill it, or take it out")
