"""A dashboard, or a panel of one, that does not exist.

## What it does
Looks `dashboard` of every alert and SLO up: a name in `dashboards`, behind a `/` a panel of it;
`slos` is the dashboard that follows from the SLOs. A path such as `/d/tabular-performance`, which
is where such a dashboard is compiled to, is to be said by its name.

## Why is this bad
A link that leads nowhere is found at night, by whoever was woken. By its name, a panel is found
also after it has moved.

## Example
```yaml
dashboards:
  performance:
    rows:
      answers:
        level: key
        panels:
          errors: {queries: {all: 'sum(rate(tabular_errors_total[$interval]))'}, unit: per_second}
alerts:
  HighErrorRate:
    group: main
    value: sum by (instance) (rate(tabular_errors_total[5m]))
    above: 5
    for: 5m
    severity: warning
    summary: Errors on {{ $labels.instance }}
    impact: Users see errors
    dashboard: performance/error
```

## Use instead
```yaml
dashboards:
  performance:
    rows:
      answers:
        level: key
        panels:
          errors: {queries: {all: 'sum(rate(tabular_errors_total[$interval]))'}, unit: per_second}
alerts:
  HighErrorRate:
    group: main
    value: sum by (instance) (rate(tabular_errors_total[5m]))
    above: 5
    for: 5m
    severity: warning
    summary: Errors on {{ $labels.instance }}
    impact: Users see errors
    dashboard: performance/errors
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from compiler.check.rule import Rule, View
from compiler.check.walk import at, texts
from compiler.lower.alerts import is_dashboard_name
from compiler.lower.dashboards.names import SLOS, uid_of
from compiler.source.fault import Place
from compiler.source.suggest import nearest
from compiler.source.tree import Map

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from compiler.source.fault import Fault
    from compiler.source.tree import Path

RULE = Rule(id="alert/unknown-dashboard")

MOST_LISTED = 8
"""Names that the help line lists."""


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each alert and SLO of the member whose dashboard does not exist."""
    service = view.member.spec.service
    if service is None or view.site.unreadable & {"dashboards", "slos"}:
        return
    known = _known(view)
    for section in ("alerts", "slos"):
        for path, written in texts(view.member.root, (section, "*", "dashboard")):
            if view.member.is_broken(*map(str, path[:2])):
                continue
            if is_dashboard_name(written):
                yield from _named(path, written, known)
            elif known:
                yield from _by_path(path, written, service.name, known)


def _known(view: View) -> Mapping[str, frozenset[str] | None]:
    """Return the dashboards by name, with their panels; None where those cannot be told."""
    found: dict[str, frozenset[str] | None] = {}
    written = view.member.root.get("dashboards")
    for name in written if isinstance(written, Map) else ():
        rows = at(view.member.root, ("dashboards", name, "rows"))
        inside = [at(row, ("panels",)) for row in rows.values()] if isinstance(rows, Map) else [()]
        panels = [each for each in inside if isinstance(each, Map)]
        is_sure = len(panels) == len(inside)
        found[name] = frozenset(key for each in panels for key in each) if is_sure else None
    if view.member.root.get("slos") and SLOS not in found:
        found[SLOS] = None
    return found


def _named(path: Path, written: str, known: Mapping[str, frozenset[str] | None]) -> Iterator[Fault]:
    name, _, panel = written.partition("/")
    if name not in known:
        headline = f"there is no dashboard `{name}`"
        yield _fault(path, (0, len(name)), headline, name, known)
        return
    panels = known[name]
    if panel and panels is not None and panel not in panels:
        headline = f"the dashboard `{name}` has no panel `{panel}`"
        yield _fault(path, (len(name) + 1, len(written)), headline, panel, panels)


def _fault(
    path: Path, inside: tuple[int, int], headline: str, name: str, known: Iterable[str]
) -> Fault:
    close = nearest(name, known)
    listed = ", ".join(f"`{each}`" for each in sorted(known)[:MOST_LISTED])
    return RULE.fault(
        Place(path, "value", inside),
        headline,
        label=f"did you mean `{close}`?" if close else "",
        help=f"there are {listed}" if listed else "add it to `dashboards`, or write an address",
    )


def _by_path(
    path: Path, written: str, service: str, known: Mapping[str, frozenset[str] | None]
) -> Iterator[Fault]:
    """Yield a fault for a path that is, or looks like, that of a dashboard of the service."""
    parts = urlsplit(written)
    uid = parts.path.removeprefix("/d/").partition("/")[0]
    if parts.scheme or uid == parts.path or not uid.startswith(f"{service}-"):
        return
    names = {uid_of(service, name): name for name in known}
    name = names.get(uid)
    if name is None:
        close = nearest(uid, names)
        meant = names[close] if close is not None else None
        yield RULE.fault(
            Place(path),
            f"there is no dashboard at `{written}`",
            label=f"did you mean `{meant}`?" if meant is not None else "",
            help="name one of `dashboards`, or write the whole address of one made elsewhere",
        )
        return
    panels = known[name] or frozenset()
    panel = parse_qs(parts.query).get("viewPanel", [""])[0]
    meant = f"{name}/{panel}" if panel in panels else name
    yield RULE.fault(
        Place(path),
        f"the dashboard `{name}` is called by its path",
        label=f"write `{meant}`",
        help="by its name it is found also when it, or its panel, is called otherwise in Grafana",
    )
