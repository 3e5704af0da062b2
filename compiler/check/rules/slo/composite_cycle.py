"""A composite that is made of itself.

## What it does
Follows the parts of composites, and looks for composites among them: a composite is made of SLOs
that measure something themselves.

## Why is this bad
A composite is summed from what its parts record. One that is a part of itself, or of another
composite, would be summed from what is not there yet.

## Example
```yaml
slos:
  whole: {objective: 99%, composite: {worst_of: [whole]}, impact: Customers see errors}
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

RULE = Rule(id="slo/composite-cycle")


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each part of a composite of the member that is a composite."""
    slos = view.member.spec.slos
    for name, slo in slos.items():
        for place, part in parts_of(name, slo):
            entry = slos.get(part)
            if part == name:
                yield RULE.fault(
                    place,
                    f"`{name}` is made of itself",
                    help="take it out of its parts",
                )
            elif entry is not None and entry.composite is not None:
                yield RULE.fault(
                    place,
                    f"`{part}` is a composite, too",
                    help=f"name the SLOs that `{part}` is made of",
                    related=((Place(("slos", part, "composite"), "key"), "made of others"),),
                )
