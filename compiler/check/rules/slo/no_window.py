"""A query that does not say where its range is.

## What it does
Looks for queries in `events` that are more than a selector and have no `$window` in them.

## Why is this bad
Each burn rate is asked over a window of its own: the query is used with a dozen ranges. One that
says its range itself would say the same of each window.

## Example
```yaml
slos:
  availability:
    objective: 99.9%
    events:
      total: sum(rate(shop_requests_total[5m]))
      bad: sum(rate(shop_requests_total{status=~"5.."}[$window]))
    impact: Customers see errors
```

## Use instead
```yaml
slos:
  availability:
    objective: 99.9%
    events:
      total: sum(rate(shop_requests_total[$window]))
      bad: sum(rate(shop_requests_total{status=~"5.."}[$window]))
    impact: Customers see errors
```
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from compiler.check.measures import expressions
from compiler.check.rule import Rule, View
from compiler.promql.selector import selector
from compiler.promql.tokens import without_comments
from compiler.promql.window import WINDOW, read
from compiler.source.fault import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.source.fault import Fault

RULE = Rule(id="slo/no-window")

RANGE: Final = re.compile(r"\[\s*([^\]:\s]+)")
"""A range, or the first part of one."""


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each query of the member that cannot be asked over several windows."""
    for name, slo in view.member.spec.slos.items():
        for expression in expressions(name, slo):
            is_asked = expression.role in ("total", "bad", "good")
            asked = without_comments(expression.text)
            if not is_asked or WINDOW in asked or selector(asked) is not None:
                continue
            query = read(expression.text)
            # What cannot be read, or counted, is told by `query/syntax`.
            if query is None or query.kind != "vector":
                continue
            found = RANGE.search(expression.text)
            yield RULE.fault(
                Place(expression.path, "value", found.span(1) if found else None),
                "the query has a range of its own" if found else "the query has no `[$window]`",
                label="expected `$window`" if found else "",
                help="write `sum(rate(metric[$window]))`, or the selector alone",
            )
