"""A window that no SLO can be kept over.

## What it does
Looks for windows below an hour or above 365 days, and for those that are no whole minutes.

## Why is this bad
Burn rates need windows that are a good deal shorter than the SLO's, and Prometheus cannot sum a
window of years at each evaluation.

## Example
```yaml
slos:
  availability:
    objective: 99.9%
    window: 30m
    events: {total: shop_requests_total, bad: {status: {matches: "5.."}}}
    impact: Customers see errors
```

## Use instead
```yaml
slos:
  availability:
    objective: 99.9%
    window: 1h
    events: {total: shop_requests_total, bad: {status: {matches: "5.."}}}
    impact: Customers see errors
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.check.rule import Rule, View
from compiler.lower.slo.burn import LEAST_WINDOW_SECONDS, MINUTE, MOST_WINDOW_SECONDS
from compiler.source.fault import Place
from runtime.contract.units import format_duration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.source.fault import Fault

RULE = Rule(id="slo/window-range")


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each window of the member that is too short, too long or not even."""
    for name, slo in view.member.spec.slos.items():
        seconds = slo.window_seconds
        place = Place(("slos", name, "window"))
        if not LEAST_WINDOW_SECONDS <= seconds <= MOST_WINDOW_SECONDS:
            yield RULE.fault(
                place,
                f"a window of `{format_duration(seconds)}` is too "
                + ("short" if seconds < LEAST_WINDOW_SECONDS else "long"),
                label="expected 1h to 365d",
                help="30d is usual; 28d holds as many weekends at any time",
            )
        elif seconds % MINUTE:
            yield RULE.fault(
                place,
                f"a window of `{format_duration(seconds)}` is no whole number of minutes",
                help=f"write `{format_duration(seconds // MINUTE * MINUTE)}`",
            )
