"""An alert that fires while the promise is kept.

## What it does
Looks for burn rates below 1: written as `factor`, or made by a share in `spends` that is less than
the long window's part of the SLO's window. The default pairs have none.

## Why is this bad
At a burn rate of 1 the budget lasts just as long as its window. An alert below that fires on a
service that does what was promised. It is what the shares for 30 days become at 7 days.

## Example
```yaml
slos:
  availability:
    objective: 99.9%
    window: 7d
    events: {total: shop_requests_total, bad: {status: {matches: "5.."}}}
    alerts:
      ticket:
        windows:
          slow: {short: 6h, long: 3d, spends: 10%}
    impact: Customers see errors
```

## Use instead
```yaml
slos:
  availability:
    objective: 99.9%
    window: 7d
    events: {total: shop_requests_total, bad: {status: {matches: "5.."}}}
    alerts:
      ticket:
        windows:
          slow: {short: 6h, long: 3d, spends: 50%}
    impact: Customers see errors
```
"""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal
from typing import TYPE_CHECKING

from compiler.check.measures import branches, has_windows, is_written
from compiler.check.rule import Rule, View
from compiler.lower.alerts import number
from compiler.lower.slo.words import percent
from compiler.source.fault import Place
from runtime.contract.units import format_duration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.source.fault import Fault

RULE = Rule(id="slo/period-factors")


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each written pair of windows of the member whose burn rate is below 1."""
    for name, slo in view.member.spec.slos.items():
        if not has_windows(slo):
            continue
        for kind, path, branch in branches(name, slo):
            if branch.factor >= 1 or not is_written(slo, kind):
                continue
            alert = slo.alerts.page if kind == "page" else slo.alerts.ticket
            pair = alert.windows[branch.name]
            if pair.factor is not None:
                yield RULE.fault(
                    Place((*path, "factor")),
                    f"at a burn rate of {number(branch.factor)} the promise is kept",
                    label="the budget lasts longer than its window",
                    help="write 1 or more",
                )
                continue
            least = Decimal(str(pair.long_seconds)) / Decimal(str(slo.window_seconds))
            yield RULE.fault(
                Place((*path, "spends")),
                f"who spends no more than this in `{format_duration(pair.long_seconds)}`"
                " keeps the promise",
                label=f"a burn rate of {number(branch.factor.quantize(Decimal('0.0001')))}",
                help=f"write {percent(least.quantize(Decimal('0.001'), ROUND_CEILING))} or more:"
                f" that much of a budget for `{format_duration(slo.window_seconds)}` is allowed",
            )
