"""A test of an alert that the SLO does not have.

## What it does
Compares the `alert` of each test of an SLO with its alerts: not those that are disabled, no guard
where more bad events than events cannot be counted, no missing data of a composite.

## Why is this bad
The test would never run, and what it was written for would be found by nobody.

## Example
```yaml
slos:
  availability:
    objective: 99.9%
    events: {total: shop_requests_total, bad: {status: {matches: "5.."}}}
    impact: Customers see errors
    alerts: {ticket: {disabled: true}}
    tests:
      few-errors:
        alert: ticket
        series: {'shop_requests_total{status="200"}': 0+100x60}
        silent: [1h]
```

## Use instead
```yaml
slos:
  availability:
    objective: 99.9%
    events: {total: shop_requests_total, bad: {status: {matches: "5.."}}}
    impact: Customers see errors
    alerts: {ticket: {disabled: true}}
    tests:
      few-errors:
        alert: page
        series: {'shop_requests_total{status="200"}': 0+100x60}
        silent: [1h]
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.check.rule import Rule, View
from compiler.source.fault import Place

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from compiler.lower.slo.plan import SloPlan
    from compiler.model.slos import BurnAlert, SloAlerts, WatchAlert
    from compiler.source.fault import Fault

RULE = Rule(id="slo/no-such-alert")


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each test of the member whose alert the SLO does not have."""
    for slo in view.plan.slos:
        if not slo.entry.tests or slo.origin.document != view.member.document:
            continue
        there = {alert.key for alert in slo.alerts}
        for name, test in slo.entry.tests.items():
            if test.alert not in there:
                yield from _fault(slo, name, test.alert)


def _fault(slo: SloPlan, test: str, alert: str) -> Iterator[Fault]:
    """Yield the fault of one test; none where another rule says why there is no such alert."""
    place = Place((*slo.origin.path, "tests", test, "alert"))
    headline = f"the SLO `{slo.name}` has no alert `{alert}`"
    if _is_disabled(slo.entry.alerts, alert):
        said = Place((*slo.origin.path, "alerts", alert, "disabled"))
        yield RULE.fault(
            place,
            headline,
            label="it is disabled",
            help="take the test out, or `disabled`",
            related=((said, "disabled here"),),
        )
    elif alert == "no_data" and slo.entry.composite is not None:
        yield RULE.fault(
            place,
            headline,
            label="of a composite, no data is missing but that of its parts",
            help="take the test out, or give it to the SLO of a part",
        )
    elif alert == "guard" and slo.sli.is_bounded:
        yield RULE.fault(
            place,
            headline,
            label="no more events can be bad, or good, than there are",
            help="take the test out",
        )


def _is_disabled(alerts: SloAlerts, alert: str) -> bool:
    said: Mapping[str, BurnAlert | WatchAlert] = {
        "page": alerts.page,
        "ticket": alerts.ticket,
        "no_data": alerts.no_data,
        "guard": alerts.guard,
    }
    return alert in said and said[alert].disabled
