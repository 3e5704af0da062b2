"""A dashboard that takes the place of the one that follows from the SLOs.

## What it does
Looks for dashboards named `slos` of services that have SLOs.

## Why is this bad
A service with SLOs has a dashboard `slos` by itself: what is left of every error budget, and a row
for each SLO. One of that name is compiled in its place, which may be meant; then say so in a
comment. The alerts of SLOs that name no dashboard lead to it.

## Example
```yaml
slos:
  availability:
    objective: 99.9%
    events: {total: shop_requests_total, bad: {status: {matches: "5.."}}}
    impact: Customers see errors
dashboards:
  slos:
    rows:
      now:
        level: summary
        panels:
          left: {slo: availability}
```

## Use instead
```yaml
slos:
  availability:
    objective: 99.9%
    events: {total: shop_requests_total, bad: {status: {matches: "5.."}}}
    impact: Customers see errors
dashboards:
  promises:
    rows:
      now:
        level: summary
        panels:
          left: {slo: availability}
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.check.rule import Rule, View
from compiler.finding import Severity
from compiler.lower.dashboards.names import SLOS
from compiler.source.fault import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.source.fault import Fault

RULE = Rule(id="dashboard/replaces-slos", severity=Severity.INFORMATION)


def check(view: View) -> Iterator[Fault]:
    """Yield a fault when the member says the dashboard that its SLOs would have by themselves."""
    spec = view.member.spec
    if spec.slos and SLOS in spec.dashboards:
        yield RULE.fault(
            Place(("dashboards", SLOS), "key"),
            f"`{SLOS}` takes the place of the dashboard that follows from the SLOs",
            label="compiled instead of it",
            help="give it another name to have both, or allow this in a comment if it is meant",
        )
