"""Two panels of a dashboard with one name.

## What it does
Compares the names of the panels in all rows of each dashboard.

## Why is this bad
A panel is found by its name: alerts lead to it, and its number in Grafana follows from it. Of two
with one name, Grafana shows the same one, and nobody knows which.

## Example
```yaml
dashboards:
  system:
    rows:
      now:
        level: summary
        panels:
          up: {queries: {up: min(up)}, kind: stat, unit: boolean}
      course:
        level: detail
        panels:
          up: {queries: {"{{job}}": min by (job) (up)}, unit: boolean}
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
      course:
        level: detail
        panels:
          up-by-job: {queries: {"{{job}}": min by (job) (up)}, unit: boolean}
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

RULE = Rule(id="panel/duplicate-name")


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each panel of the member whose name is another's in its dashboard."""
    first: dict[tuple[str, str], Path] = {}
    for panel in panels(view.member):
        other = first.setdefault((str(panel.path[1]), panel.name), panel.path)
        if other != panel.path:
            yield RULE.fault(
                Place(panel.path, "key"),
                f"two panels of `{panel.path[1]}` are called `{panel.name}`",
                help="give one of them another name",
                related=((Place(other, "key"), "the other"),),
            )
