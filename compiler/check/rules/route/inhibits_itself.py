"""Alerts that silence each other.

## What it does
Follows who mutes whom: what an alert names in `mutes`, and the warnings that a critical alert of
the same signal mutes by itself. Finds the ways that lead back to where they began.

## Why is this bad
An alert that is mute goes on muting others. Of alerts that mute each other none is heard while all
of them fire: the worse it is, the quieter.

## Example
```yaml
alerts:
  ApiDown:
    group: main
    value: sum by (instance) (api_down)
    above: 0
    for: 5m
    severity: critical
    mutes: [ApiSlow]
    summary: API on {{ $labels.instance }} is down
    impact: Users see errors
    dashboard: /d/tabular
  ApiSlow:
    group: main
    value: sum by (instance) (api_latency_seconds)
    above: 1
    for: 5m
    severity: warning
    mutes: [ApiDown]
    summary: API on {{ $labels.instance }} is slow
    impact: Users wait
    dashboard: /d/tabular
```

## Use instead
```yaml
alerts:
  ApiDown:
    group: main
    value: sum by (instance) (api_down)
    above: 0
    for: 5m
    severity: critical
    mutes: [ApiSlow]
    summary: API on {{ $labels.instance }} is down
    impact: Users see errors
    dashboard: /d/tabular
  ApiSlow:
    group: main
    value: sum by (instance) (api_latency_seconds)
    above: 1
    for: 5m
    severity: warning
    summary: API on {{ $labels.instance }} is slow
    impact: Users wait
    dashboard: /d/tabular
```

## References
https://prometheus.io/docs/alerting/latest/configuration/#inhibit_rule
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from compiler.check.rule import Rule, View
from compiler.lower.alerts import severity_of
from compiler.source.fault import Place

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from compiler.source.fault import Fault
    from compiler.source.tree import Path

    Muting = Mapping[str, Mapping[str, Path]]
    """Who is muted by an alert, and the entry that says so."""

RULE = Rule(id="route/inhibits-itself")


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each round of alerts of the member that mute each other."""
    muting = _muting(view)
    seen: set[frozenset[str]] = set()
    for name, alert in view.member.spec.alerts.items():
        for index, target in enumerate(alert.mutes):
            way = _way(muting, target, name)
            if way is None or frozenset(way) in seen:
                continue
            seen.add(frozenset(way))
            yield _fault(muting, Place(("alerts", name, "mutes", index)), way)


def _muting(view: View) -> Muting:
    """Return what every alert of the member mutes; what is written comes before what follows."""
    alerts = view.member.spec.alerts
    severities = {name: severity_of(view.site, alert.severity) for name, alert in alerts.items()}
    found: dict[str, dict[str, Path]] = {}
    for name, alert in alerts.items():
        found[name] = {
            target: ("alerts", name, "mutes", index)
            for index, target in enumerate(alert.mutes)
            if target in alerts
        }
        if alert.signal is not None and severities[name] == "critical":
            for target, other in alerts.items():
                if other.signal == alert.signal and severities[target] == "warning":
                    found[name].setdefault(target, ("alerts", name, "signal"))
    return found


def _way(muting: Muting, start: str, end: str) -> tuple[str, ...] | None:
    """Return the alerts on the shortest way from one to another, both of them in it, or None."""
    came_from: dict[str, str | None] = {start: None}
    waiting = [start]
    for current in waiting:
        if current == end:
            way: list[str] = []
            step: str | None = current
            while step is not None:
                way.append(step)
                step = came_from[step]
            return tuple(reversed(way))
        for target in muting.get(current, ()):
            if target not in came_from:
                came_from[target] = current
                waiting.append(target)
    return None


def _fault(muting: Muting, place: Place, way: tuple[str, ...]) -> Fault:
    """Return the fault of a round, given the way from what an entry mutes back to its alert."""
    *_others, name = way
    if len(way) == 1:
        return RULE.fault(
            place,
            f"the alert `{name}` mutes itself",
            help="name the alerts that follow from this one",
        )
    return RULE.fault(
        place,
        f"the alerts {' → '.join(f'`{each}`' for each in (name, *way))} mute each other",
        label=f"`{name}` mutes `{way[0]}`",
        help="let the cause mute what follows from it, and not the other way round",
        related=tuple(
            (Place(muting[first][second]), f"`{first}` mutes `{second}`")
            for first, second in pairwise(way)
        ),
    )
