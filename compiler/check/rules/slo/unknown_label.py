"""A label that the metric does not have.

## What it does
Looks up the labels in matchers and in `by` in the metric's `labels`. Labels of scrape jobs, `job`
and `instance` are known too.

## Why is this bad
A matcher on a label that is not there matches nothing, or everything where it is negated: the SLO
counts no bad events, or all events as bad.

## Example
```yaml
metrics:
  shop_requests_total:
    counter: Requests answered
    labels: {method: [GET, POST], status: ["200", "404", "500"]}
slos:
  availability:
    objective: 99.9%
    events: {total: shop_requests_total, bad: {statsu: {matches: "5.."}}}
    impact: Customers see errors
```

## Use instead
```yaml
metrics:
  shop_requests_total:
    counter: Requests answered
    labels: {method: [GET, POST], status: ["200", "404", "500"]}
slos:
  availability:
    objective: 99.9%
    events: {total: shop_requests_total, bad: {status: {matches: "5.."}}}
    impact: Customers see errors
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.check.measures import (
    chosen,
    expressions,
    labels_of,
    metric_of,
    word_at,
)
from compiler.check.rule import Rule, View
from compiler.promql.selector import selector, selectors
from compiler.source.fault import Place
from compiler.source.suggest import nearest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.check.measures import Expression
    from compiler.model.slos import Slo
    from compiler.source.fault import Fault

RULE = Rule(id="slo/unknown-label")


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each label in an SLO of the member that its metric has not."""
    if not view.member.spec.metrics:
        return
    known = _Known(view)
    for name, slo in view.member.spec.slos.items():
        for expression in expressions(name, slo):
            alone = selector(expression.text)
            for each in (alone,) if alone else selectors(expression.text):
                for label, _how in each.matchers:
                    if known.lacks(each.metric, label):
                        yield known.fault(each.metric, label, word_at(expression, label))
            if alone is not None:
                for place, label in _named(name, slo, expression):
                    if known.lacks(alone.metric, label):
                        yield known.fault(alone.metric, label, place)


def _named(name: str, slo: Slo, expression: Expression) -> Iterator[tuple[Place, str]]:
    """Yield the labels that an SLO names beside an expression that is a selector."""
    for index, label in enumerate(slo.by):
        yield Place(("slos", name, "by", index)), label
    if expression.role == "total":
        for key, matchers in chosen(slo):
            for label, _how in matchers:
                yield Place(("slos", name, "events", key, label), "key"), label


class _Known:
    """The labels of the metrics that were asked for, by series; None where they are unknown."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.labels: dict[str, frozenset[str] | None] = {}

    def lacks(self, series: str, label: str) -> bool:
        """Whether a series surely has no such label."""
        if series not in self.labels:
            found = metric_of(self.view, series)
            self.labels[series] = labels_of(self.view, found[1], series=series) if found else None
        known = self.labels[series]
        return known is not None and label not in known

    def fault(self, series: str, label: str, place: Place) -> Fault:
        close = nearest(label, self.labels[series] or ())
        found = metric_of(self.view, series)
        name = found[0] if found else series
        own = ", ".join(f"`{each}`" for each in sorted(found[1].labels)) if found else ""
        return RULE.fault(
            place,
            f"`{name}` has no label `{label}`",
            label=f"did you mean `{close}`?" if close else "",
            help=f"its labels are {own}" if own else "it has no labels",
            related=((Place(("metrics", name, "labels"), "key"), "declared here"),),
        )
