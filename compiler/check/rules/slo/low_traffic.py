"""Traffic so low that a single bad event sets off an alert.

## What it does
Where an SLO says its usual `traffic`, or measures a job, whose schedule says it, works out from
which traffic on one bad event alone no longer exceeds a burn rate in both windows, and whether
`floor` or `for` keep it from firing.

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
from runtime.schedule import ZoneError, shortest_gap_seconds

if TYPE_CHECKING:
    from collections.abc import Iterator
    from fractions import Fraction

    from compiler.model.slos import Slo
    from compiler.source.fault import Fault

RULE = Rule(id="slo/low-traffic", severity=Severity.WARNING)


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each SLO of the member whose usual traffic is too low for its alerts."""
    for name, slo in view.member.spec.slos.items():
        found = _traffic(view, slo)
        budget = 1 - max((slo.objective_ratio, *slo.objectives.values()))
        if found is None or not 0 < budget < 1:
            continue
        usual, key, events = found
        said = {each.name: least_traffic(each, budget) for each in policies_of(slo)}
        worst = next((kind for kind, least in said.items() if usual < least), None)
        if worst is not None:
            least = rounded_number(said[worst] * HOUR)
            yield RULE.fault(
                Place(("slos", name, key)),
                f"a single bad {events} sets off the {worst}",
                label=f"below {least} {events}s an hour",
                help="write a `floor` in `alerts`, such as `{errors: 3}`, or longer windows, or"
                " promise less",
            )


def _traffic(view: View, slo: Slo) -> tuple[Fraction, str, str] | None:
    """Return the usual events a second, the key that says so, and what one of them is called."""
    if slo.traffic is not None:
        return exact(slo.traffic.events) / slo.traffic.seconds, "traffic", "event"
    if slo.job is None:
        return None
    # Another service's job has its name behind that.
    service, _slash, name = slo.job.rpartition("/")
    document = view.member.document
    jobs = [
        job
        for job in view.plan.jobs
        if job.name == name
        and (job.service == service if service else job.origin.document == document)
    ]
    if not jobs:
        return None
    job = jobs[0]
    try:
        gap = shortest_gap_seconds(job.schedule, job.contract.time_zone)
    except ZoneError:
        # `schedule/unknown-zone` says so.
        return None
    hosts = 1 if job.entry.runs == "one" else max(1, len(job.hosts))
    return None if not gap else (hosts / exact(gap), "job", "run")
