"""An axis that has no room, or is written in another unit.

## What it does
Compares `min` with `max` of each panel, and both with what is measured: a share is written `100%`,
a duration `5s`, a size `1GiB`.

## Why is this bad
An axis that ends before it begins shows nothing. A share whose axis ends at `100` is a line at the
bottom, for it is never above 1.

## Example
```yaml
dashboards:
  system:
    rows:
      processors:
        level: key
        panels:
          usage:
            queries: {usage: "rate(process_cpu_seconds_total[5m])"}
            unit: ratio
            min: 0%
            max: 100
```

## Use instead
```yaml
dashboards:
  system:
    rows:
      processors:
        level: key
        panels:
          usage:
            queries: {usage: "rate(process_cpu_seconds_total[5m])"}
            unit: ratio
            min: 0%
            max: 100%
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.check.panels import PanelView, panels
from compiler.check.rule import Rule, View
from compiler.model.threshold import threshold_problem
from compiler.source.fault import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.source.fault import Fault

RULE = Rule(id="panel/bad-axis")


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each end of an axis of the member that cannot be meant."""
    for panel in panels(view.member):
        lower, upper = panel.entry.min, panel.entry.max
        misread = list(_misread(panel)) if panel.is_known else []
        yield from misread
        if not misread and lower is not None and upper is not None and lower.value >= upper.value:
            yield RULE.fault(
                Place((*panel.path, "max")),
                f"the axis ends at `{upper.text}`, and begins at `{lower.text}`",
                help="write a `max` above `min`",
                related=((Place((*panel.path, "min")), "begins here"),),
            )


def _misread(panel: PanelView) -> Iterator[Fault]:
    for key in ("min", "max"):
        quantity = getattr(panel.entry, key)
        problem = None if quantity is None else threshold_problem(quantity, panel.unit)
        if problem is not None:
            yield RULE.fault(
                Place((*panel.path, key)),
                f"`{quantity.text}` is no value of this axis",
                help=problem,
            )
