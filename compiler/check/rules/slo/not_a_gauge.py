"""A state or a time that is not a gauge's.

## What it does
Looks up the type of what `boolean.of` and `freshness.of` name in `metrics`.

## Why is this bad
A counter is no state, and no time at which something happened.

## Example
```yaml
metrics:
  shop_requests_total:
    counter: Requests answered
    labels: {method: [GET, POST], status: ["200", "404", "500"]}
slos:
  works:
    objective: 99%
    boolean: {of: shop_requests_total}
    impact: Customers see errors
```

## Use instead
```yaml
metrics:
  shop_active_orders: {gauge: Orders that are worked on}
slos:
  works:
    objective: 99%
    boolean: {of: shop_active_orders}
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

RULE = Rule(id="slo/not-a-gauge")


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each expression of the member that names a metric of another type."""
    for expression, series, name, metric in declared(view, "gauge"):
        yield from _faults(expression, series, name, metric)


def _faults(expression: Expression, series: str, name: str, metric: Metric) -> Iterator[Fault]:
    if metric.type == "gauge":
        return
    yield RULE.fault(
        word_at(expression, series),
        f"`{series}` is no gauge",
        label=f"a {metric.type}",
        help="name a gauge, or make `events` of what is counted",
        related=((Place(("metrics", name), "key"), "declared here"),),
    )
