"""A pair of windows that does not fit together.

## What it does
Looks for pairs whose short window is not shorter than the long one, or whose long one is longer
than the SLO's window.

## Why is this bad
The short window ends an alert soon after its cause; as long as the other it does nothing. A window
longer than the SLO's counts what the promise has forgotten.

## Example
```yaml
slos:
  availability:
    objective: 99.9%
    events: {total: shop_requests_total, bad: {status: {matches: "5.."}}}
    alerts:
      page:
        windows:
          quick: {short: 2h, long: 1h, factor: 14.4}
    impact: Customers see errors
```

## Use instead
```yaml
slos:
  availability:
    objective: 99.9%
    events: {total: shop_requests_total, bad: {status: {matches: "5.."}}}
    alerts:
      page:
        windows:
          quick: {short: 5m, long: 1h, factor: 14.4}
    impact: Customers see errors
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.check.measures import branches, has_windows, is_written
from compiler.check.rule import Rule, View
from compiler.lower.slo.burn import MINUTE
from compiler.source.fault import Place
from runtime.contract.units import format_duration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.source.fault import Fault

RULE = Rule(id="slo/bad-windows")


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each pair of windows of the member that is out of order."""
    for name, slo in view.member.spec.slos.items():
        if not has_windows(slo):
            continue
        for kind, path, branch in branches(name, slo):
            if not is_written(slo, kind):
                continue
            if branch.short_seconds >= branch.long_seconds:
                yield RULE.fault(
                    Place((*path, "short")),
                    "the short window is not shorter than the long one",
                    help=f"a twelfth of the long one is usual: `{_twelfth(branch.long_seconds)}`",
                    related=((Place((*path, "long")), "the long window"),),
                )
            if branch.long_seconds > slo.window_seconds:
                yield RULE.fault(
                    Place((*path, "long")),
                    "the window is longer than that of the SLO,"
                    f" `{format_duration(slo.window_seconds)}`",
                    help="write a window within it",
                )


def _twelfth(seconds: float) -> str:
    """Return a twelfth of a time, in whole minutes."""
    return format_duration(max(1, round(seconds / 12 / MINUTE)) * MINUTE)
