"""An SLO that does not say what users notice.

## What it does
Asks every SLO with a page or a ticket for `impact`.

## Why is this bad
Whoever is called decides by the impact what to do first, and whom to tell.

## Example
```yaml
slos:
  availability:
    objective: 99.9%
    events: {total: shop_requests_total, bad: {status: {matches: "5.."}}}
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
from compiler.finding import Severity
from compiler.source.fault import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.source.fault import Fault

RULE = Rule(id="slo/no-impact", severity=Severity.WARNING)


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each SLO of the member that alerts without saying what becomes worse."""
    for name, slo in view.member.spec.slos.items():
        is_silent = slo.alerts.page.disabled and slo.alerts.ticket.disabled
        if slo.impact is None and not is_silent:
            yield RULE.fault(
                Place(("slos", name), "key"),
                f"the SLO `{name}` does not say what users notice",
                help="add `impact:`, what becomes worse for whom while the promise is broken",
            )
