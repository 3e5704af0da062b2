"""Traffic so low that a single bad event sets off an alert.

## What it does
Where an SLO says its usual `traffic`, works out from which traffic on one bad event alone no longer
exceeds a burn rate in both windows, and whether `floor` or `for` keep it from firing.

## Why is this bad
With ten requests an hour, one failure is a tenth of them. Somebody is woken, finds nothing, and
will sleep on when it is real.

## Example
```yaml
slos:
  availability:
    objective: 99.9%
    traffic: 30 per hour
    events: {total: shop_requests_total, bad: {status: {matches: "5.."}}}
    impact: Customers see errors
```

## Use instead
```yaml
slos:
  availability:
    objective: 99.9%
    traffic: 30 per hour
    events: {total: shop_requests_total, bad: {status: {matches: "5.."}}}
    alerts: {floor: {errors: 3}}
    impact: Customers see errors
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.check.rule import Rule, View
from compiler.finding import Severity
from compiler.lower.slo.burn import HOUR
from compiler.lower.slo.detection import exact, least_traffic, policies_of
from compiler.lower.slo.words import rounded_number
from compiler.source.fault import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.source.fault import Fault

RULE = Rule(id="slo/low-traffic", severity=Severity.WARNING)


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each SLO of the member whose usual traffic is too low for its alerts."""
    for name, slo in view.member.spec.slos.items():
        if slo.traffic is None:
            continue
        usual = exact(slo.traffic.events) / slo.traffic.seconds
        objectives = (slo.objective_ratio, *slo.objectives.values())
        budget = 1 - max(objectives)
        if not 0 < budget < 1:
            continue
        said = {each.name: least_traffic(each, budget) for each in policies_of(slo)}
        worst = next((kind for kind, least in said.items() if usual < least), None)
        if worst is not None:
            least = rounded_number(said[worst] * HOUR)
            yield RULE.fault(
                Place(("slos", name, "traffic")),
                f"a single bad event sets off the {worst}",
                label=f"below {least} events an hour",
                help="write a `floor` in `alerts`, such as `{errors: 3}`, or a longer `for`, or"
                " promise less",
            )
