"""A query with something that the target version of Prometheus has not.

## What it does
Looks for functions, aggregations and forms of PromQL that the version in `stack.prometheus.version`
(2.42 when none is given) does not have, or has no longer.

## Why is this bad
Prometheus refuses the whole rule file. With what is experimental it does so too, unless the server
runs with the feature flag.

## Example
```yaml
signals:
  spread: {query: "mad_over_time(tabular_queue_length[5m])", unit: count}
```

## Use instead
```yaml
signals:
  spread: {query: "stddev_over_time(tabular_queue_length[5m])", unit: count}
```

## References
https://prometheus.io/docs/prometheus/latest/migration/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.check.rule import Rule, View
from compiler.finding import Severity
from compiler.promql.parse import parse
from compiler.promql.tree import Query
from compiler.promql.versions import newer_parts
from compiler.source.fault import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.source.fault import Fault

RULE = Rule(id="query/unsupported-function")


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each part of a query that the target version cannot read."""
    version = view.site.version_of("prometheus")
    if version is None:
        return
    for path, text, _is_compared in view.queries:
        if not isinstance(parse(text), Query):
            continue
        for part in newer_parts(text, version):
            yield RULE.fault(
                Place(path, "value", (part.start, part.end)),
                part.headline,
                label=part.label,
                help=part.help,
                severity=Severity.WARNING if part.is_flag_only else None,
            )
