"""A latency of what is no histogram.

## What it does
Looks up the type of what `latency.of` names in `metrics`, and whether it is the name without a
suffix.

## Why is this bad
Only histograms count how many answers came within a time.

## Example
```yaml
metrics:
  shop_request_duration_seconds:
    histogram: Time to an answer
    buckets: [0.1, 0.25, 0.5, 1, 2.5]
  shop_active_orders: {gauge: Orders that are worked on}
slos:
  latency:
    objective: 95%
    latency: {of: shop_active_orders, under: 1s}
    impact: Customers see errors
```

## Use instead
```yaml
metrics:
  shop_request_duration_seconds:
    histogram: Time to an answer
    buckets: [0.1, 0.25, 0.5, 1, 2.5]
slos:
  latency:
    objective: 95%
    latency: {of: shop_request_duration_seconds, under: 1s}
    impact: Customers see errors
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.check.measures import declared, word_at
from compiler.check.rule import Rule, View
from compiler.source.fault import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.check.measures import Expression
    from compiler.model.metrics import Metric
    from compiler.source.fault import Fault

RULE = Rule(id="slo/not-a-histogram")


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each expression of the member that names a metric of another type."""
    for expression, series, name, metric in declared(view, "histogram"):
        yield from _faults(expression, series, name, metric)


def _faults(expression: Expression, series: str, name: str, metric: Metric) -> Iterator[Fault]:
    if metric.type != "histogram":
        yield RULE.fault(
            word_at(expression, series),
            f"`{series}` is no histogram",
            label=f"a {metric.type}",
            help="declare it as a histogram with `buckets`, or choose a metric that is one",
            related=((Place(("metrics", name), "key"), "declared here"),),
        )
    elif series != name:
        yield RULE.fault(
            word_at(expression, series),
            f"`{series}` is a part of the histogram `{name}`",
            help=f"write `{name}`: the parts are found by themselves",
        )
