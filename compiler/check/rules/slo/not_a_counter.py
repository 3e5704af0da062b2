"""Events that are not counted by a counter.

## What it does
Looks up the type of what `events` names in `metrics`. Counters do, and `_count` and `_bucket` of a
histogram or summary.

## Why is this bad
A rate of a gauge takes each fall for a restart, and counts what never happened.

## Example
```yaml
metrics:
  shop_requests_total:
    counter: Requests answered
    labels: {method: [GET, POST], status: ["200", "404", "500"]}
  shop_active_orders: {gauge: Orders that are worked on}
slos:
  availability:
    objective: 99.9%
    events: {total: shop_active_orders, bad: shop_requests_total}
    impact: Customers see errors
```

## Use instead
```yaml
metrics:
  shop_requests_total:
    counter: Requests answered
    labels: {method: [GET, POST], status: ["200", "404", "500"]}
slos:
  availability:
    objective: 99.9%
    events: {total: shop_requests_total, bad: {status: {matches: "5.."}}}
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

RULE = Rule(id="slo/not-a-counter")


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each expression of the member that names a metric of another type."""
    for expression, series, name, metric in declared(view, "total", "bad", "good"):
        yield from _faults(expression, series, name, metric)


def _faults(expression: Expression, series: str, name: str, metric: Metric) -> Iterator[Fault]:
    is_part = series != name and not series.endswith("_sum")
    if metric.type == "counter" or is_part:
        return
    help_line = {
        "gauge": "events are counted by counters; of a gauge that is 0 or 1 make a `boolean`",
        "histogram": f"`{name}_count` counts the events of the histogram",
        "summary": f"`{name}_count` counts the events of the summary",
    }[metric.type]
    yield RULE.fault(
        word_at(expression, series),
        f"`{series}` is no counter",
        label=f"a {metric.type}" if series == name else "a sum",
        help=help_line,
        related=((Place(("metrics", name), "key"), "declared here"),),
    )
