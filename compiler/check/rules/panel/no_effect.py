"""A key of a panel that changes nothing.

## What it does
Looks for `by` of what is no metric, `legend` of what brings its own names, `stacked` and `axis` of
what has no axis, and `min` and `max` where nothing is drawn between them.

## Why is this bad
It reads as if it did something. What was meant is not shown.

## Example
```yaml
dashboards:
  system:
    rows:
      now:
        level: summary
        panels:
          up: {queries: {up: min(up)}, kind: stat, unit: boolean, stacked: true}
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

from typing import TYPE_CHECKING, Final

from compiler.check.panels import PanelView, panels
from compiler.check.rule import Rule, View
from compiler.finding import Severity
from compiler.source.fault import Place

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from compiler.model.dashboards import PanelKind
    from compiler.source.fault import Fault

RULE = Rule(id="panel/no-effect", severity=Severity.WARNING)

DRAWN: Final[Mapping[str, tuple[PanelKind, ...]]] = {
    "stacked": ("time-series",),
    "axis": ("time-series", "heatmap"),
    "min": ("time-series", "gauge", "bar-gauge"),
    "max": ("time-series", "gauge", "bar-gauge"),
}
"""Kinds of panels in which a key is seen."""

ABOUT: Final[Mapping[str, tuple[str, ...]]] = {
    "by": ("metric",),
    "legend": ("signal", "alert", "metric"),
}
"""What a panel has to show for a key to be about it."""


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each key of the member's panels that changes nothing."""
    for panel in panels(view.member):
        entry = panel.entry
        for key, kinds in DRAWN.items():
            if getattr(entry, key) and panel.kind not in kinds:
                yield _fault(panel, key, f"a `{panel.kind}` has no `{key}`")
        for key, subjects in ABOUT.items():
            if getattr(entry, key) and all(getattr(entry, each) is None for each in subjects):
                shown = " or ".join(f"`{each}`" for each in subjects)
                yield _fault(panel, key, f"`{key}` is about a {shown}, and none is shown")


def _fault(panel: PanelView, key: str, headline: str) -> Fault:
    return RULE.fault(Place((*panel.path, key), "key"), headline, help="take it out")
