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

from typing import TYPE_CHECKING, Final

from compiler.check.panel_queries import ASKED
from compiler.check.rule import Rule, View
from compiler.check.slo_queries import PLAIN, QUESTIONS, STAND_IN, WINDOW, WINDOWED
from compiler.check.walk import texts
from compiler.finding import Severity
from compiler.promql.parse import parse
from compiler.promql.tree import Query
from compiler.promql.variables import without_variables
from compiler.promql.versions import newer_parts
from compiler.source.fault import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.source.fault import Fault

RULE = Rule(id="query/unsupported-function")

QUERIES: Final = (
    ("signals", "*", "query"),
    ("alerts", "*", "value"),
    ("alerts", "*", "queries", "*"),
    *WINDOWED,
    *PLAIN,
    QUESTIONS,
    *ASKED,
)
"""Where queries stand."""


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each part of a query that the target version cannot read."""
    version = view.site.version_of("prometheus")
    if version is None:
        return
    for pattern in QUERIES:
        is_windowed = pattern in WINDOWED
        for path, written in texts(view.member.root, pattern):
            if path[0] == "slos" and _is_plain(written):
                continue
            text = written.replace(WINDOW, STAND_IN) if is_windowed else written
            text = without_variables(text) if pattern in ASKED else text
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


def _is_plain(text: str) -> bool:
    """Whether a query of an SLO is a selector with nothing to say about."""
    from compiler.check.measures import is_plain

    return is_plain(text)
