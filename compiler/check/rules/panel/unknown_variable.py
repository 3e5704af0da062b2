"""A variable that nobody can choose.

## What it does
Looks up what queries of dashboards call `$name`, and what `repeat` of a row names, in the
dashboard's `variables`. `$interval`, `$datasource` and what Grafana sets by itself, such as
`$__rate_interval`, are there always.

## Why is this bad
Grafana leaves the text `$instnace` in the query, which finds nothing, or is refused.

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
          up: {queries: {up: 'min(up{instance=~"$instnace"})'}, kind: stat, unit: boolean}
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

from typing import TYPE_CHECKING, Final

from compiler.check.panel_queries import ASKED
from compiler.check.rule import Rule, View
from compiler.check.walk import at, texts
from compiler.lower.dashboards.lower import INTERVAL
from compiler.promql.variables import BUILTIN, Use, uses
from compiler.source.fault import Place
from compiler.source.suggest import nearest
from compiler.source.tree import Map

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.source.fault import Fault
    from compiler.source.tree import Path

RULE = Rule(id="panel/unknown-variable")


ALWAYS: Final = ("datasource", INTERVAL.name)
"""Variables that every dashboard has."""


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each variable that the member uses and does not have."""
    for path, use in _used(view):
        own = _own(view, str(path[1]))
        if own is None or use.name in own:
            continue
        if path[-1] == "repeat":
            yield _fault(Place(path), use.name, own)
        elif use.name not in BUILTIN and use.name not in ALWAYS:
            place = Place(path, "value", (use.start, use.end))
            yield _fault(place, use.name, own.union(ALWAYS))


def _used(view: View) -> Iterator[tuple[Path, Use]]:
    """Yield where variables are used: in queries, and to repeat a row."""
    for pattern in ASKED:
        for path, query in texts(view.member.root, pattern):
            yield from ((path, use) for use in uses(query))
    for path, name in texts(view.member.root, ("dashboards", "*", "rows", "*", "repeat")):
        yield path, Use(name, 0, len(name))


def _own(view: View, dashboard: str) -> frozenset[str] | None:
    """Return the names of a dashboard's variables; None when they cannot be told."""
    written = at(view.member.root, ("dashboards", dashboard, "variables"))
    if written is None:
        return frozenset()
    return frozenset(written) if isinstance(written, Map) else None


def _fault(place: Place, name: str, known: frozenset[str]) -> Fault:
    close = nearest(name, known)
    listed = ", ".join(f"`{each}`" for each in sorted(known))
    return RULE.fault(
        place,
        f"there is no variable `{name}`",
        label=f"did you mean `{close}`?" if close else "",
        help=f"there are {listed}" if listed else "add it to the dashboard's `variables`",
    )
