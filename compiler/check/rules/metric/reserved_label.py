"""A label that a metric cannot have.

## What it does
Looks for labels that begin with two underscores, for `le` of a histogram and `quantile` of a
summary.

## Why is this bad
Prometheus and its libraries write these themselves. prometheus_client refuses the metric, and the
service does not start.

## Example
```yaml
metrics:
  tabular_request_duration_seconds:
    histogram: Time to an answer
    unit: seconds
    labels: {le: [fast, slow]}
```

## Use instead
```yaml
metrics:
  tabular_request_duration_seconds:
    histogram: Time to an answer
    unit: seconds
    labels: {speed: [fast, slow]}
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.check.rule import Rule, View
from compiler.source.fault import Place
from compiler.targets.instrumentation import RESERVED_LABELS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.source.fault import Fault

RULE = Rule(id="metric/reserved-label")


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each label of the member's metrics that is not theirs to have."""
    for name, metric in view.member.spec.metrics.items():
        for label in metric.labels:
            if label.startswith("__"):
                why = "labels that begin with `__` are Prometheus' own"
            elif label in RESERVED_LABELS.get(metric.type, ()):
                why = f"a {metric.type} writes it itself"
            else:
                continue
            yield RULE.fault(
                Place(("metrics", name, "labels", label), "key"),
                f"a {metric.type} cannot have the label `{label}`",
                label=why,
                help="give it another name",
            )
