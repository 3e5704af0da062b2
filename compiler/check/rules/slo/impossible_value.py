"""A matcher that no value of the label meets.

## What it does
Compares matchers, and the values in `objectives`, with the values that the metric's label is
declared with. A label that is only estimated (`~40`) can have any.

## Why is this bad
Where nothing is bad by construction, nobody hears of anything. A status class that the service
never answers with is most often a slip of the pen.

## Example
```yaml
metrics:
  shop_requests_total:
    counter: Requests answered
    labels: {method: [GET, POST], status: ["200", "404", "500"]}
slos:
  availability:
    objective: 99.9%
    events: {total: shop_requests_total, bad: {status: {matches: "50."}, method: Post}}
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
    events: {total: shop_requests_total, bad: {status: {matches: "50."}, method: POST}}
    impact: Customers see errors
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compiler.check.measures import (
    chosen,
    expressions,
    metric_of,
    possible,
    word_at,
)
from compiler.check.rule import Rule, View
from compiler.finding import Severity
from compiler.model.values import Matcher
from compiler.promql.selector import selector, selectors
from compiler.source.fault import Place
from compiler.source.suggest import nearest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.model.slos import Slo
    from compiler.source.fault import Fault

RULE = Rule(id="slo/impossible-value", severity=Severity.WARNING)

MAX_LISTED: Final = 8
"""Values that the help line lists."""


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each matcher of the member that can match nothing."""
    if not view.member.spec.metrics:
        return
    for name, slo in view.member.spec.slos.items():
        for expression in expressions(name, slo):
            alone = selector(expression.text)
            for each in (alone,) if alone else selectors(expression.text):
                for label, how in each.matchers:
                    if _unmet(view, each.metric, label, how):
                        place = word_at(expression, label)
                        yield _fault(view, each.metric, label, how, place)
            if alone is not None and expression.role in ("total", "histogram"):
                for place, label, how in _named(name, slo):
                    if _unmet(view, alone.metric, label, how):
                        yield _fault(view, alone.metric, label, how, place)


def _named(name: str, slo: Slo) -> Iterator[tuple[Place, str, Matcher]]:
    """Yield what an SLO says of the labels of its events, beside their selector."""
    for key, matchers in chosen(slo):
        for label, how in matchers:
            yield Place(("slos", name, "events", key, label)), label, how
    for value in slo.objectives if len(slo.by) == 1 else ():
        yield Place(("slos", name, "objectives", value), "key"), slo.by[0], Matcher("=", value)


def _unmet(view: View, series: str, label: str, how: Matcher) -> bool:
    values = _values(view, series, label)
    return values is not None and not possible(values, how)


def _values(view: View, series: str, label: str) -> tuple[str, ...] | None:
    """Return the values that a label is declared with, if it is."""
    found = metric_of(view, series)
    values = found[1].labels.get(label) if found else None
    return values if isinstance(values, tuple) else None


def _fault(view: View, series: str, label: str, how: Matcher, place: Place) -> Fault:
    values = _values(view, series, label) or ()
    close = nearest(how.value, values) if how.operator == "=" else None
    listed = ", ".join(f"`{each}`" for each in values[:MAX_LISTED])
    found = metric_of(view, series)
    declared = ("metrics", found[0] if found else series, "labels", label)
    return RULE.fault(
        place,
        f"no value of `{label}` meets this",
        label=f"did you mean `{close}`?" if close else "",
        help=f"it is declared with {listed}{' and more' if len(values) > MAX_LISTED else ''}",
        related=((Place(declared), "the values"),),
    )
