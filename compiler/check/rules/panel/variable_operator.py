"""Several values that are compared as one.

## What it does
Looks for variables of several values (`multiple`, as those of a label are) behind `=` or `!=`, and
for variables of one value behind `=~` or `!~`.

## Why is this bad
Of several values Grafana makes a regular expression, `(a|b)`, with what is special in them escaped:
no label equals that. One value alone it does not escape: `a.b` would fit `axb`, too.

## Example
```yaml
dashboards:
  system:
    variables:
      instance: {label: instance, of: up}
    rows:
      now:
        level: summary
        panels:
          up: {queries: {up: 'min(up{instance="$instance"})'}, kind: stat, unit: boolean}
```

## Use instead
```yaml
dashboards:
  system:
    variables:
      instance: {label: instance, of: up}
    rows:
      now:
        level: summary
        panels:
          up: {queries: {up: 'min(up{instance=~"$instance"})'}, kind: stat, unit: boolean}
```
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from compiler.check.panel_queries import ASKED
from compiler.check.rule import Rule, View
from compiler.check.walk import texts
from compiler.finding import Severity
from compiler.promql.tokens import tokenize
from compiler.promql.variables import uses
from compiler.source.fault import Place

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from compiler.model.dashboards import Variable
    from compiler.promql.tokens import Token
    from compiler.source.fault import Fault
    from compiler.source.tree import Path

RULE = Rule(id="panel/variable-operator", severity=Severity.WARNING)


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each comparison with a variable of the member that fails or fits more."""
    for pattern in ASKED:
        for path, query in texts(view.member.root, pattern):
            dashboard = view.member.spec.dashboards.get(str(path[1]))
            if dashboard is not None and "$" in query:
                yield from _faults(path, query, dashboard.variables)


def _faults(path: Path, query: str, variables: Mapping[str, Variable]) -> Iterator[Fault]:
    for before, token in pairwise(tokenize(query)):
        if token.kind != "text" or before.kind != "operator":
            continue
        for use in uses(token.text):
            variable = variables.get(use.name)
            # A format that is written, `${name:regex}`, is somebody's own.
            if variable is None or ":" in token.text[use.start : use.end]:
                continue
            is_many = variable.label is not None and variable.multiple
            if is_many != (before.text in ("=~", "!~")):
                yield _fault(path, before, use.name, is_many=is_many)


def _fault(path: Path, operator: Token, name: str, *, is_many: bool) -> Fault:
    wanted = {"=": "=~", "!=": "!~", "=~": "=", "!~": "!="}[operator.text]
    said = "can be several values" if is_many else "is one value, which is no regular expression"
    more = "" if is_many else f", or `${{{name}:regex}}`"
    return RULE.fault(
        Place(path, "value", (operator.start, operator.end)),
        f"`${name}` {said}",
        label=f"compared by `{operator.text}`",
        help=f"write `{wanted}`{more}",
    )
