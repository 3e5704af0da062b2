"""A composite of SLOs that have a budget for each value of a label.

## What it does
Looks for `by` in composites, and in the SLOs that they are made of.

## Why is this bad
A part with one share for each value would count once for each of them, in a weight that nobody has
written; and no two parts have the same values.

## Example
```yaml
slos:
  availability:
    objective: 99.9%
    by: [method]
    events: {total: shop_requests_total, bad: {status: {matches: "5.."}}}
    impact: Customers see errors
  whole: {objective: 99%, composite: {worst_of: [availability]}, impact: Customers see errors}
```

## Use instead
```yaml
slos:
  availability:
    objective: 99.9%
    events: {total: shop_requests_total, bad: {status: {matches: "5.."}}}
    impact: Customers see errors
  whole: {objective: 99%, composite: {worst_of: [availability]}, impact: Customers see errors}
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.check.measures import parts_of
from compiler.check.rule import Rule, View
from compiler.source.fault import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.source.fault import Fault

RULE = Rule(id="slo/grouped-composite")


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each composite of the member that has something to do with groups."""
    slos = view.member.spec.slos
    for name, slo in slos.items():
        if slo.composite is None:
            continue
        if slo.by:
            yield RULE.fault(
                Place(("slos", name, "by"), "key"),
                "a composite cannot be grouped",
                help="take `by` out, or make a composite of the SLOs of each value",
            )
        for place, part in parts_of(name, slo):
            entry = slos.get(part)
            if entry is not None and entry.by:
                yield RULE.fault(
                    place,
                    f"`{part}` has a budget for each `{entry.by[0]}`",
                    help="name an SLO without `by` of the same events",
                    related=((Place(("slos", part, "by")), "grouped here"),),
                )
