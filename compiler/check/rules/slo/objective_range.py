"""An objective of nothing, or of everything.

## What it does
Looks for objectives of 0% and of 100%, of an SLO and of single values of a label.

## Why is this bad
Of 100% nothing may fail: there is no error budget to spend, and what is divided by it is infinite.
An objective of 0% is always kept.

## Example
```yaml
slos:
  availability:
    objective: 100%
    events: {total: shop_requests_total, bad: {status: {matches: "5.."}}}
    impact: Customers see errors
```

## Use instead
```yaml
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
from compiler.lower.slo.alerts import percentage
from compiler.source.fault import Place

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from compiler.source.fault import Fault

RULE = Rule(id="slo/objective-range")


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each objective of the member that leaves no budget, or everything."""
    for name, slo in view.member.spec.slos.items():
        path = ("slos", name)
        if not 0 < slo.objective_ratio < 1:
            yield _fault(Place((*path, "objective")), slo.objective_ratio)
        for value, ratio in slo.objectives.items():
            if not 0 < ratio < 1:
                yield _fault(Place((*path, "objectives", value)), ratio)


def _fault(place: Place, ratio: Decimal) -> Fault:
    if ratio:
        # A proportion may be beyond the whole; what is promised may not.
        return RULE.fault(
            place,
            f"an objective of {percentage(ratio)}% has no error budget",
            label="nothing may ever fail",
            help="promise what users need and no more: `99.9%`, or `99.99%`",
        )
    return RULE.fault(
        place,
        "an objective of 0% promises nothing",
        label="always kept",
        help="say which share is to be good, such as `99%`",
    )
