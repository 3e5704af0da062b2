"""Bad events that have no series before the first of them.

## What it does
Looks for bad events that are told apart by a label whose values are only estimated, `~12`, or that
are counted in a metric of their own with such labels.

## Why is this bad
Compiled instrumentation writes a zero for every declared value. A series that is born with its
first error at 1 never rises to 1: Prometheus does not see that error.

## Example
```yaml
metrics:
  shop_requests_total: {counter: Requests, labels: {method: [GET, POST], status: ~12}}
slos:
  availability:
    objective: 99.9%
    events: {total: shop_requests_total, bad: {status: {matches: "5.."}}}
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

from compiler.check.rule import Rule, View
from compiler.finding import Severity
from compiler.promql.selector import selector, selectors
from compiler.source.fault import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.source.fault import Fault

RULE = Rule(id="slo/series-appears-late", severity=Severity.WARNING)


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each SLO of the member whose bad series cannot be made beforehand."""
    metrics = view.member.spec.metrics
    if not metrics:
        return
    for name, slo in view.member.spec.slos.items():
        if slo.events is None or slo.events.bad is None:
            continue
        total = selector(slo.events.total)
        bad = slo.events.bad
        path = ("slos", name, "events", "bad")
        if isinstance(bad, tuple):
            metric = metrics.get(total.metric) if total else None
            for label, _how in bad:
                if total and metric and isinstance(metric.labels.get(label), int):
                    yield _fault(Place((*path, label), "key"), total.metric, label)
            continue
        counted = {each.metric for each in selectors(slo.events.total)}
        for each in selectors(bad):
            metric = metrics.get(each.metric)
            for label, values in metric.labels.items() if metric else ():
                is_other = each.metric not in counted
                if isinstance(values, int) and (is_other or label in dict(each.matchers)):
                    yield _fault(Place(path), each.metric, label)


def _fault(place: Place, metric: str, label: str) -> Fault:
    return RULE.fault(
        place,
        f"a series of bad events appears with the first of them: `{label}` has no declared values",
        help=f"declare them, `{label}: [a, b]`, or count good events: `good`",
        related=((Place(("metrics", metric, "labels", label)), "an estimate"),),
    )
