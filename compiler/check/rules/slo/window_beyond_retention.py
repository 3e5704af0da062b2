"""A window that is longer than samples are kept.

## What it does
Compares the windows of SLOs and the calendar periods they report with `stack.prometheus.retention`.
Where none is given, Prometheus keeps 15 days, unless it is told otherwise elsewhere: that is a
warning.

## Why is this bad
Sums over a window leave out what is no longer kept. The budget looks less spent than it is, and
errors are forgotten early.

## Example
```yaml
stack: {prometheus: {retention: 15d}}
slos:
  availability:
    objective: 99.9%
    events: {total: shop_requests_total, bad: {status: {matches: "5.."}}}
    impact: Customers see errors
```

## Use instead
```yaml
stack: {prometheus: {retention: 31d}}
slos:
  availability:
    objective: 99.9%
    events: {total: shop_requests_total, bad: {status: {matches: "5.."}}}
    impact: Customers see errors
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compiler.check.rule import Rule, View
from compiler.finding import Severity
from compiler.lower.slo.burn import DAY
from compiler.source.fault import Place
from compiler.targets.prometheus import RETENTION_SECONDS
from runtime.contract.units import format_duration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.source.fault import Fault

RULE = Rule(id="slo/window-beyond-retention")

PERIODS: Final = {"month": 31, "quarter": 92}
"""The longest calendar periods, in days."""


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each window of the member that outlasts its samples."""
    said = view.site.stack.prometheus.retention_seconds
    kept = RETENTION_SECONDS if said is None else said
    for name, slo in view.member.spec.slos.items():
        path = ("slos", name)
        if slo.window_seconds > kept:
            yield _fault(
                Place((*path, "window")),
                f"the window of `{format_duration(slo.window_seconds)}`",
                slo.window_seconds,
                said,
            )
            if said is None:
                # Once is enough: it is one setting.
                return
        for index, period in enumerate(slo.calendar):
            if PERIODS[period] * DAY > kept:
                place = Place((*path, "calendar", index))
                yield _fault(place, f"the calendar {period}", PERIODS[period] * DAY, said)


def _fault(place: Place, what: str, needed: float, said: float | None) -> Fault:
    if said is not None:
        return RULE.fault(
            place,
            f"{what} is longer than samples are kept, `{format_duration(said)}`",
            help=f"keep them for `{format_duration(needed + DAY)}`: `stack.prometheus.retention`",
        )
    return RULE.fault(
        place,
        f"{what} is longer than Prometheus keeps samples by itself, `15d`",
        help=f"say in `stack.prometheus.retention` how long they are kept:"
        f" `{format_duration(needed + DAY)}` or more",
        severity=Severity.WARNING,
    )
