"""A query that drops a label that its SLO is grouped by.

## What it does
Looks at what aggregations and operators of a full query leave, for each label in `by`.

## Why is this bad
There is a budget for each value of the label. Without it all values are one, and the alert says
nothing of which of them is in trouble.

## Example
```yaml
slos:
  availability:
    objective: 99%
    by: [method]
    events:
      total: sum by (method) (rate(shop_requests_total[$window]))
      bad: sum(rate(shop_requests_total{status=~"5.."}[$window]))
    impact: Customers see errors
```

## Use instead
```yaml
slos:
  availability:
    objective: 99%
    by: [method]
    events:
      total: sum by (method) (rate(shop_requests_total[$window]))
      bad: sum by (method) (rate(shop_requests_total{status=~"5.."}[$window]))
    impact: Customers see errors
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.check.measures import expressions
from compiler.check.rule import Rule, View
from compiler.promql.selector import selector
from compiler.promql.window import read
from compiler.source.fault import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.source.fault import Fault

RULE = Rule(id="slo/keeps-labels")


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each query of the member that drops a label of `by`."""
    from compiler.promql.labels import labels_of

    for name, slo in view.member.spec.slos.items():
        if not slo.by:
            continue
        for expression in expressions(name, slo):
            query = read(expression.text) if selector(expression.text) is None else None
            if query is None:
                continue
            left = labels_of(query.tree)
            for index, label in enumerate(slo.by):
                if not left.has(label):
                    yield RULE.fault(
                        Place(expression.path),
                        f"the query drops the label `{label}`",
                        help=f"keep it: `sum by ({', '.join(slo.by)}) (…)`",
                        related=((Place(("slos", name, "by", index)), "grouped by it"),),
                    )
