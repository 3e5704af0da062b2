"""A floor under what is not counted in events.

## What it does
Looks for `alerts.floor` of SLOs that are measured as a share, a state, an age or a composite.

## Why is this bad
There is nothing to count: every moment is one event, so that the floor holds back every alert for a
time, or none.

## Example
```yaml
slos:
  works:
    objective: 99%
    boolean: {of: 'up{job="shop"}'}
    alerts: {floor: {errors: 3}}
    impact: Customers see errors
```

## Use instead
```yaml
slos:
  works:
    objective: 99%
    boolean: {of: 'up{job="shop"}'}
    alerts: {page: {for: 1m}}
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

RULE = Rule(id="slo/floor-without-events")


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each floor of the member that stands under no events."""
    for name, slo in view.member.spec.slos.items():
        is_counted = slo.events is not None or slo.latency is not None or slo.job is not None
        if slo.alerts.floor is not None and not is_counted:
            yield RULE.fault(
                Place(("slos", name, "alerts", "floor"), "key"),
                "there are no events to set a floor under",
                help="take it out; a `for` of the page lets short spells pass",
            )
