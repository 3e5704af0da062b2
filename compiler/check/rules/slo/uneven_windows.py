"""A window that is no multiple of the evaluation interval.

## What it does
Compares the windows of an SLO's alerts with the interval at which its rules are evaluated: `every`,
or that of `stack.prometheus`.

## Why is this bad
Longer windows are summed from what is recorded at each evaluation. Where the interval does not
divide them, one evaluation more or less falls into a window, and the sums waver.

## Example
```yaml
slos:
  availability:
    objective: 99.9%
    every: 45s
    events: {total: shop_requests_total, bad: {status: {matches: "5.."}}}
    impact: Customers see errors
```

## Use instead
```yaml
slos:
  availability:
    objective: 99.9%
    every: 30s
    events: {total: shop_requests_total, bad: {status: {matches: "5.."}}}
    impact: Customers see errors
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compiler.check.measures import branches, is_written
from compiler.check.rule import Rule, View
from compiler.source.fault import Place
from runtime.contract.units import format_duration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.source.fault import Fault

RULE = Rule(id="slo/uneven-windows")

KEYS: Final = ("short", "long")
"""The windows of a pair."""


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for the first window of each SLO of the member that its interval misses."""
    default = view.site.stack.prometheus.evaluation_interval_seconds
    # Thousands of SLOs say the same of their alerts.
    even: set[tuple[float, float, int]] = set()
    for name, slo in view.member.spec.slos.items():
        every = default if slo.every_seconds is None else slo.every_seconds
        policy = (every, slo.window_seconds, id(slo.alerts))
        if policy in even:
            continue
        for kind, path, branch in branches(name, slo):
            uneven = next((key for key in KEYS if getattr(branch, f"{key}_seconds") % every), None)
            if uneven is None:
                continue
            seconds = getattr(branch, f"{uneven}_seconds")
            own = (*path, uneven) if is_written(slo, kind) else ("slos", name, "every")
            yield RULE.fault(
                Place(own),
                f"`{format_duration(seconds)}` is no multiple of the evaluation interval,"
                f" `{format_duration(every)}`",
                label=f"the {uneven} window of the {kind}'s `{branch.name}`",
                help="write an `every` that divides the windows, such as `30s`",
            )
            break
        else:
            even.add(policy)
