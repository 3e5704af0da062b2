"""A window that holds too few samples.

## What it does
Compares the short windows of an SLO's alerts with how often its metric is scraped, where a scrape
job exposes the service's metrics: at least four intervals must fit.

## Why is this bad
A rate needs two samples, and one scrape may fail. A shorter window is empty at times, and an alert
that needs both of its windows never fires then.

## Example
```yaml
scrape:
  shop: {targets: ["shop1.example.org:8000"], exposes: metrics, interval: 2m}
metrics:
  shop_requests_total: {counter: Requests, labels: {status: ["200", "500"]}}
slos:
  availability:
    objective: 99.9%
    events: {total: shop_requests_total, bad: {status: {matches: "5.."}}}
    impact: Customers see errors
```

## Use instead
```yaml
scrape:
  shop: {targets: ["shop1.example.org:8000"], exposes: metrics, interval: 30s}
metrics:
  shop_requests_total: {counter: Requests, labels: {status: ["200", "500"]}}
slos:
  availability:
    objective: 99.9%
    events: {total: shop_requests_total, bad: {status: {matches: "5.."}}}
    impact: Customers see errors
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compiler.check.measures import branches, expressions, is_written, metric_of
from compiler.check.rule import Rule, View
from compiler.model.scrape import OWN
from compiler.promql.selector import selectors
from compiler.source.fault import Place
from runtime.contract.units import format_duration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.lower.plan import ScrapePlan
    from compiler.model.slos import Slo
    from compiler.source.fault import Fault

RULE = Rule(id="slo/window-below-scrape")

ENOUGH: Final = 4
"""Scrapes that a window must hold."""


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each SLO of the member with a window that is too short for its metric."""
    jobs = [
        scrape
        for scrape in view.plan.scrapes
        if scrape.origin.document == view.member.document and scrape.entry.exposes == OWN
    ]
    if not jobs:
        return
    longest = max(job.interval_seconds for job in jobs)
    for name, slo in view.member.spec.slos.items():
        shortest = min((each.short_seconds for _, _, each in branches(name, slo)), default=None)
        if shortest is None or shortest >= ENOUGH * longest:
            continue
        interval = _interval(view, jobs, name, slo)
        if interval is None:
            continue
        for kind, path, branch in branches(name, slo):
            if branch.short_seconds >= ENOUGH * interval:
                continue
            own = (*path, "short") if is_written(slo, kind) else ("slos", name)
            yield RULE.fault(
                Place(own, "value" if is_written(slo, kind) else "key"),
                f"`{format_duration(branch.short_seconds)}` is too short a window for a metric that"
                f" is scraped every `{format_duration(interval)}`",
                label=f"the short window of the {kind}'s `{branch.name}`",
                help=f"write windows of `{format_duration(ENOUGH * interval)}` and longer in"
                f" `alerts.{kind}.windows`, or scrape more often",
            )
            break


def _interval(view: View, jobs: list[ScrapePlan], name: str, slo: Slo) -> float | None:
    """Return how often an SLO's metric is scraped, as far as that is sure; None when it is not.

    Where several jobs bring the service's metrics, those of the metric's category, and the
    shortest of their intervals.
    """
    if slo.boolean is not None or slo.freshness is not None:
        return None
    found = [
        metric_of(view, each.metric)
        for expression in expressions(name, slo)
        for each in selectors(expression.text)
    ]
    categories = {metric[1].category for metric in found if metric is not None}
    if not categories:
        return None
    fitting = [job for job in jobs if job.entry.category in categories] or jobs
    return min(job.interval_seconds for job in fitting)
