"""A latency that is no boundary of the histogram's buckets.

## What it does
Looks for `latency.under` among the `buckets` that the metric is declared with.

## Why is this bad
A histogram only knows how many answers came within each boundary. Without a bucket of that name the
rule finds no series at all, and the SLO has no data.

## Example
```yaml
metrics:
  shop_request_duration_seconds:
    histogram: Time to an answer
    buckets: [0.1, 0.25, 0.5, 1, 2.5]
slos:
  latency:
    objective: 95%
    latency: {of: shop_request_duration_seconds, under: 800ms}
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

from decimal import Decimal
from typing import TYPE_CHECKING

from compiler.check.rule import Rule, View
from compiler.lower.alerts import number
from compiler.promql.selector import selector
from compiler.source.fault import Place
from runtime.contract.units import format_duration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.source.fault import Fault

RULE = Rule(id="slo/off-bucket")


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each latency of the member that its histogram cannot tell."""
    for name, slo in view.member.spec.slos.items():
        if slo.latency is None or slo.latency.native:
            continue
        histogram = selector(slo.latency.of)
        if histogram is None:
            continue
        metric = view.member.spec.metrics.get(histogram.metric)
        if metric is None or not metric.buckets:
            continue
        under = Decimal(str(slo.latency.under_seconds))
        boundaries = [Decimal(str(boundary)) for boundary in metric.buckets]
        if under in boundaries:
            continue
        near = min(boundaries, key=lambda each: abs(each - under))
        yield RULE.fault(
            Place(("slos", name, "latency", "under")),
            f"`{format_duration(slo.latency.under_seconds)}` is no boundary of the buckets",
            label=f"the nearest is `{format_duration(float(near))}`",
            help=f"write `{format_duration(float(near))}`, or add {number(under)} to the buckets",
            related=((Place(("metrics", histogram.metric, "buckets")), "the buckets"),),
        )
