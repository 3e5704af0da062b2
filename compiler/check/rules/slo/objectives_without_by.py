"""Objectives for values of no label.

## What it does
Looks for `objectives` of an SLO that `by` does not group by exactly one label.

## Why is this bad
Nobody knows whose value it is, and all of them would be ignored.

## Example
```yaml
slos:
  availability:
    objective: 99.9%
    objectives: {POST: 99%}
    events: {total: shop_requests_total, bad: {status: {matches: "5.."}}}
    impact: Customers see errors
```

## Use instead
```yaml
slos:
  availability:
    objective: 99.9%
    by: [method]
    objectives: {POST: 99%}
    events: {total: shop_requests_total, bad: {status: {matches: "5.."}}}
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

RULE = Rule(id="slo/objectives-without-by")


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each SLO of the member with objectives for it is not said what."""
    for name, slo in view.member.spec.slos.items():
        if slo.objectives and len(slo.by) != 1:
            yield RULE.fault(
                Place(("slos", name, "objectives"), "key"),
                "objectives of their own need one label to tell values by",
                label=f"`by` names {len(slo.by)}" if slo.by else "there is no `by`",
                help="write `by: [method]`, the label that these are values of",
            )
