"""An SLO without consequences.

## What it does
Looks for SLOs that have no `budget`.

## Why is this bad
A budget that nobody acts on is a number. The policy says beforehand what is done when little of it
is left: whom it binds, and what waits.

## Example
```yaml
slos:
  availability:
    objective: 99.9%
    events: {total: shop_requests_total, bad: {status: {matches: "5.."}}}
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
from compiler.finding import Severity
from compiler.source.fault import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.source.fault import Fault

RULE = Rule(id="slo/no-error-budget-policy", severity=Severity.INFORMATION)


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each SLO of the member that says nothing of its budget's end."""
    for name, slo in view.member.spec.slos.items():
        if not slo.budget:
            yield RULE.fault(
                Place(("slos", name), "key"),
                f"nothing is done when the error budget of `{name}` runs out",
                help="add `budget`: `freeze: {remaining: 10%, action: Release nothing but mends}`",
            )
