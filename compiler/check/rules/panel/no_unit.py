"""A panel that does not say what it measures.

## What it does
Asks panels of `queries`, and those of a metric or an alert that says none, for `unit`.

## Why is this bad
An axis without a unit is read as anything: 0.8 as 80% or as 800 milliseconds, a size as a number
of things.

## Example
```yaml
dashboards:
  system:
    rows:
      memory:
        level: key
        panels:
          used: {queries: {"{{instance}}": process_resident_memory_bytes}}
```

## Use instead
```yaml
dashboards:
  system:
    rows:
      memory:
        level: key
        panels:
          used: {queries: {"{{instance}}": process_resident_memory_bytes}, unit: bytes}
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.check.panels import panels
from compiler.check.rule import Rule, View
from compiler.finding import Severity
from compiler.source.fault import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.source.fault import Fault

RULE = Rule(id="panel/no-unit", severity=Severity.WARNING)


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each panel of the member whose unit nobody says."""
    for panel in panels(view.member):
        # Columns of a table are of many kinds.
        if panel.is_known and panel.unit is None and panel.kind != "table":
            yield RULE.fault(
                Place(panel.path, "key"),
                f"the panel `{panel.name}` does not say what it measures",
                help="add `unit:`, such as `ratio`, `seconds`, `bytes` or `count`",
            )
