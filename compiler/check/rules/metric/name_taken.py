"""Two metrics that share a name of a time series.

## What it does
Compares all names that a metric's series have: a histogram `x` has `x_bucket`, `x_sum` and
`x_count` too, and a counter `x_total` is called `x` by what describes it.

## Why is this bad
prometheus_client refuses the second of them, and the service does not start; Prometheus would mix
the values of both.

## Example
```yaml
metrics:
  tabular_orders_total: {counter: Orders that came in}
  tabular_orders: {gauge: Orders that are open}
```

## Use instead
```yaml
metrics:
  tabular_orders_total: {counter: Orders that came in}
  tabular_orders_open: {gauge: Orders that are open}
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.check.rule import Rule, View
from compiler.source.fault import Place
from compiler.targets.instrumentation import taken_names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.source.fault import Fault

RULE = Rule(id="metric/name-taken")


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each metric of the member that takes a name of an earlier one."""
    first: dict[str, str] = {}
    for name, metric in view.member.spec.metrics.items():
        others: dict[str, str] = {}
        for taken in taken_names(name, metric):
            other = first.setdefault(taken, name)
            if other != name:
                others.setdefault(other, taken)
        for other, taken in others.items():
            yield RULE.fault(
                Place(("metrics", name), "key"),
                f"`{name}` and `{other}` both have the name `{taken}`",
                help="give one of them another name",
                related=((Place(("metrics", other), "key"), "the other"),),
            )
