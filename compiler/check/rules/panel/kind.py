"""A picture that does not fit what it shows.

## What it does
Looks for distributions that are no `heatmap`, heatmaps of what is no distribution, gauges without
an end, and timelines of states that are no states.

## Why is this bad
A course belongs into a `time-series`, a value of just now into a `stat` or, where it has an end, a
`gauge`, details into a `table`, a distribution into a `heatmap`. In another picture the question
that it answers is not seen.

## Example
```yaml
metrics:
  tabular_queue_length: {gauge: Requests that wait, unit: count}
dashboards:
  queue:
    rows:
      now: {level: summary, panels: {length: {metric: tabular_queue_length, kind: gauge}}}
```

## Use instead
```yaml
metrics:
  tabular_queue_length: {gauge: Requests that wait, unit: count}
dashboards:
  queue:
    rows:
      now: {level: summary, panels: {length: {metric: tabular_queue_length, kind: stat}}}
```
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from compiler.check.panels import PanelView, panels
from compiler.check.rule import Rule, View
from compiler.finding import Severity
from compiler.source.fault import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.source.fault import Fault

RULE = Rule(id="panel/kind", severity=Severity.WARNING)

_LE: Final = re.compile(r"\ble\b")
"""The label of a bucket's end."""

STATES: Final = ("boolean", "count", "score")
"""Units of what has few values."""


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each panel of the member that is drawn as what it is not."""
    for panel in panels(view.member):
        found = _misfit(panel) if panel.is_known else None
        if found is not None:
            headline, help_line = found
            is_said = panel.entry.kind is not None
            place = Place((*panel.path, "kind")) if is_said else Place(panel.path, "key")
            yield RULE.fault(place, headline, help=help_line)


def _misfit(panel: PanelView) -> tuple[str, str] | None:
    """Return what is wrong with a panel's kind, and what to write instead."""
    metric = panel.metric
    if metric is not None and metric.type == "histogram":
        if panel.kind in ("heatmap", "time-series"):
            return None
        return (
            f"a distribution is shown as `{panel.kind}`",
            "write `heatmap`, or `time-series` for its quantiles",
        )
    if panel.kind == "heatmap" and (panel.entry.queries is None or not _has_buckets(panel)):
        return "what is shown is no distribution", "write `time-series`, or ask for buckets by `le`"
    if panel.kind == "gauge" and panel.unit != "ratio" and panel.entry.max is None:
        return (
            "a gauge shows a share of the whole, and this has no end",
            "say `max`, or write `stat`",
        )
    if panel.kind == "state-timeline" and panel.unit is not None and panel.unit not in STATES:
        return f"`{panel.unit}` is no state", "write `time-series`"
    return None


def _has_buckets(panel: PanelView) -> bool:
    queries = (panel.entry.queries or {}).values()
    return all(_LE.search(query) for query in queries)
