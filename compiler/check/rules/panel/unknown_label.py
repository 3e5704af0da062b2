"""A line for each value of a label that the metric has not.

## What it does
Looks up `by` of each panel in the labels of its `metric`, of Prometheus and of the scrape jobs.

## Why is this bad
All series fall into one line without a name, as if they were one.

## Example
```yaml
metrics:
  tabular_errors_total: {counter: Errors, labels: {component: [api, generation]}}
dashboards:
  system:
    rows:
      errors:
        level: key
        panels:
          errors: {metric: tabular_errors_total, by: [componnet]}
```

## Use instead
```yaml
metrics:
  tabular_errors_total: {counter: Errors, labels: {component: [api, generation]}}
dashboards:
  system:
    rows:
      errors:
        level: key
        panels:
          errors: {metric: tabular_errors_total, by: [component]}
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.check.measures import labels_of
from compiler.check.panels import panels
from compiler.check.rule import Rule, View
from compiler.source.fault import Place
from compiler.source.suggest import nearest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.source.fault import Fault

RULE = Rule(id="panel/unknown-label")


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each label of the member's panels that their metric has not."""
    for panel in panels(view.member):
        known = None if panel.metric is None else labels_of(view, panel.metric)
        if known is None:
            continue
        for index, label in enumerate(panel.entry.by):
            if label not in known:
                close = nearest(label, known)
                yield RULE.fault(
                    Place((*panel.path, "by", index)),
                    f"`{panel.entry.metric}` has no label `{label}`",
                    label=f"did you mean `{close}`?" if close else "",
                    help="its labels are declared in `metrics`",
                    related=(
                        (Place(("metrics", str(panel.entry.metric)), "key"), "declared here"),
                    ),
                )
