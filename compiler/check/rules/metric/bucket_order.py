"""Buckets that are no ladder.

## What it does
Holds a histogram's `buckets` to be there, to ascend and to come once each, and finds `buckets` of
metrics that are no histograms.

## Why is this bad
prometheus_client refuses such a histogram, and the service does not start. A boundary that comes
twice, or in the wrong place, is in most cases a slip of a digit.

## Example
```yaml
metrics:
  tabular_request_duration_seconds:
    histogram: Time to an answer
    unit: seconds
    buckets: [0.1, 0.5, 0.25, 1]
```

## Use instead
```yaml
metrics:
  tabular_request_duration_seconds:
    histogram: Time to an answer
    unit: seconds
    buckets: [0.1, 0.25, 0.5, 1]
```
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from compiler.check.rule import Rule, View
from compiler.source.fault import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.source.fault import Fault

RULE = Rule(id="metric/bucket-order")


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each metric of the member whose buckets are no ladder."""
    for name, metric in view.member.spec.metrics.items():
        if metric.buckets is None:
            continue
        if metric.type != "histogram":
            yield RULE.fault(
                Place(("metrics", name, "buckets"), "key"),
                f"a {metric.type} has no buckets",
                help="declare a `histogram`, or remove the buckets",
            )
        elif not metric.buckets:
            yield RULE.fault(
                Place(("metrics", name, "buckets")),
                "a histogram has one bucket at least",
                help="write the upper bounds, ascending, or remove `buckets`",
            )
        for index, (before, bound) in enumerate(pairwise(metric.buckets), 1):
            if bound <= before:
                yield RULE.fault(
                    Place(("metrics", name, "buckets", index)),
                    f"the boundary {bound:g} stands after {before:g}",
                    help="write each boundary once, the smallest first",
                    related=((Place(("metrics", name, "buckets", index - 1)), "the one before"),),
                )
