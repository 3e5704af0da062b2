"""A step of an error-budget policy that is always due.

## What it does
Looks for steps in `budget` that are due below 100% of the budget or more.

## Why is this bad
The first bad event makes the step due, and it stays due: nobody heeds an alert that always fires.

## Example
```yaml
slos:
  availability:
    objective: 99.9%
    events: {total: shop_requests_total, bad: {status: {matches: "5.."}}}
    budget:
      freeze: {remaining: 100%, action: Release nothing but mends}
    impact: Customers see errors
```

## Use instead
```yaml
slos:
  availability:
    objective: 99.9%
    events: {total: shop_requests_total, bad: {status: {matches: "5.."}}}
    budget:
      freeze: {remaining: 10%, action: Release nothing but mends}
    impact: Customers see errors
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.check.rule import Rule, View
from compiler.source.fault import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.source.fault import Fault

RULE = Rule(id="slo/always-on")


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each step of the member that is due from the first bad event on."""
    for name, slo in view.member.spec.slos.items():
        for step, entry in slo.budget.items():
            if entry.remaining_ratio >= 1:
                yield RULE.fault(
                    Place(("slos", name, "budget", step, "remaining")),
                    f"the step `{step}` is due whenever anything has failed",
                    label="of all the budget something is always spent",
                    help="write less than 100%, such as `50%` or `10%`",
                )
