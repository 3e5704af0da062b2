"""A latency of what is no metric.

## What it does
Looks for `latency.of` that is more than a metric with matchers, and for matchers in `events.bad` or
`events.good` beside a `total` that is a query of its own.

## Why is this bad
The rules select the buckets and the count of the histogram by name, and bad events among all events
by adding matchers to their selector. A query has no place for either.

## Example
```yaml
slos:
  latency:
    objective: 95%
    latency: {of: 'sum(shop_request_duration_seconds)', under: 1s}
    impact: Customers see errors
```

## Use instead
```yaml
slos:
  latency:
    objective: 95%
    latency: {of: 'shop_request_duration_seconds{method="GET"}', under: 1s}
    impact: Customers see errors
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.check.measures import chosen, expressions
from compiler.check.rule import Rule, View
from compiler.promql.selector import selector
from compiler.promql.window import read
from compiler.source.fault import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.source.fault import Fault

RULE = Rule(id="slo/not-a-selector")


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each expression of the member that must be a selector and is none."""
    for name, slo in view.member.spec.slos.items():
        for expression in expressions(name, slo):
            if selector(expression.text) is not None or read(expression.text) is None:
                continue
            if expression.role == "histogram":
                yield RULE.fault(
                    Place(expression.path),
                    "a latency is that of a histogram",
                    label="expected a name, with matchers where they are needed",
                    help='write `shop_request_duration_seconds{method="GET"}`, or make `events` of'
                    " two queries with `[$window]`",
                )
            elif expression.role == "total":
                for key, _matchers in chosen(slo):
                    yield RULE.fault(
                        Place(("slos", name, "events", key)),
                        "matchers cannot be added to a query",
                        help=f"write `{key}` as a query with `[$window]`, too",
                        related=((Place(expression.path), "the query"),),
                    )
