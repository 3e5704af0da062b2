"""A query that is not PromQL.

## What it does
Parses every query of the spec: `signals.*.query`, `alerts.*.value`, `alerts.*.queries`, those of
`slos`, where `$window` stands for a range, and those of `dashboards`, where variables may stand.
What an alert compares and what an SLO counts must be an instant vector.

## Why is this bad
Prometheus refuses the whole rule file for one query that it cannot parse, and keeps the rules of
yesterday.

## Example
```yaml
signals:
  errors: {query: "sum(rate(tabular_errors_total[5m])", unit: per_second}
```

## Use instead
```yaml
signals:
  errors: {query: "sum(rate(tabular_errors_total[5m]))", unit: per_second}
```

## References
https://prometheus.io/docs/prometheus/latest/querying/basics/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compiler.check.rule import Rule, View
from compiler.promql.parse import parse
from compiler.promql.tree import Query
from compiler.source.fault import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.promql.fault import SyntaxFault
    from compiler.source.fault import Fault
    from compiler.source.tree import Path

RULE = Rule(id="query/syntax")

LIMIT = Rule(id="spec/too-deep")
"""What a query is told that is too large to be read."""

_KINDS: Final = {
    "matrix": ("a range of samples", "put a function such as `rate` around it"),
    "scalar": ("one number without labels", "make a series of it: `vector(…)`"),
    "string": ("a text", "name a metric"),
}


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each query of the member that cannot be parsed or compared."""
    for path, text, is_compared in view.queries:
        result = parse(text)
        if not isinstance(result, Query):
            yield _fault(path, result)
        elif is_compared and result.kind != "vector":
            found, help_line = _KINDS[result.kind]
            yield RULE.fault(
                Place(path),
                f"this query returns {found}, which {_use(path)}",
                label="expected an instant vector",
                help=help_line,
            )


def _use(path: Path) -> str:
    """Return what a result that is no vector cannot be taken for."""
    return "no threshold is compared with" if path[0] != "slos" else "an SLO cannot count"


def _fault(path: Path, found: SyntaxFault) -> Fault:
    """Return the fault of a query that stands at a path."""
    inside = (found.start, found.end) if found.end > found.start else None
    rule = LIMIT if found.is_limit else RULE
    place = Place(path, "value", inside)
    return rule.fault(place, found.headline, label=found.label, help=found.help)
