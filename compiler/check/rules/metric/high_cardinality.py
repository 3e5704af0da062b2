"""A metric with very many time series.

## What it does
Multiplies how many values the labels of a metric take, and for a histogram the buckets, and finds
what comes to more than 10,000 time series, for each target that exposes them.

## Why is this bad
Every series costs memory in the service and in Prometheus, and every query over the metric reads
them all. Who asks for so many mostly wants logs.

## Example
```yaml
metrics:
  tabular_orders_total:
    counter: Orders
    labels: {customer: ~5000, status: ~12}
```

## Use instead
```yaml
metrics:
  tabular_orders_total:
    counter: Orders
    labels: {plan: [free, team, enterprise], status: ~12}
```
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from compiler.check.rule import Rule, View
from compiler.finding import Severity
from compiler.source.fault import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.model.metrics import Metric
    from compiler.source.fault import Fault

RULE = Rule(id="metric/high-cardinality", severity=Severity.WARNING)

MOST: Final = 10_000
"""Series of one metric and target that are not questioned."""
BUCKETS: Final = 14
"""Buckets that prometheus_client gives a histogram whose own are not declared."""


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each metric of the member that would have too many series."""
    for name, metric in view.member.spec.metrics.items():
        counts = {
            label: values if isinstance(values, int) else len(set(values))
            for label, values in metric.labels.items()
        }
        total = math.prod(counts.values()) * _series(metric)
        if total > MOST:
            largest = max(counts, key=lambda label: counts[label]) if counts else None
            path = ("labels", largest) if largest else ("buckets",)
            yield RULE.fault(
                Place(("metrics", name, *path), "key"),
                f"`{name}` has about {total:,} time series",
                label=f"{counts[largest]:,} values" if largest else "",
                help=f"leave a label out, or say it in fewer values; {MOST:,} are not questioned",
            )


def _series(metric: Metric) -> int:
    """Return how many series a metric has for each combination of its labels' values."""
    if metric.type == "histogram":
        return (BUCKETS if metric.buckets is None else len(metric.buckets)) + 3
    return 2 if metric.type == "summary" else 1
