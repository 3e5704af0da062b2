"""A threshold of the collector that no host can cross, or that hides another one.

## What it does
Compares `degraded` with `unhealthy` of each measure, and `for` with how long samples are kept: at
most the latest 1,000 are.

## Why is this bad
Whoever wrote the threshold believes that the host is watched. A host is never `degraded` when
`unhealthy` comes first, and a crossing that must last longer than samples are kept is never seen to
have lasted.

## Example
```yaml
stack:
  opsrun:
    collector:
      keep: 10m
      for: 15m
      thresholds:
        memory: {degraded: 95%, unhealthy: 90%}
```

## Use instead
```yaml
stack:
  opsrun:
    collector:
      keep: 1h
      for: 15m
      thresholds:
        memory: {degraded: 90%, unhealthy: 95%}
```
"""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from compiler.check.rule import Rule, View
from compiler.source.fault import Place
from runtime.contract.collector import SAMPLES_LIMIT
from runtime.contract.units import format_duration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.model.collector import Collector
    from compiler.source.fault import Fault
    from compiler.source.tree import Path
    from runtime.contract.collector import Limit

RULE = Rule(id="collector/never-met")

_WHERE: Path = ("stack", "opsrun", "collector")


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each threshold of the member's collector that is never met."""
    stack = view.member.spec.stack
    collector = None if stack is None else stack.opsrun.collector
    if collector is None:
        return
    yield from _too_long(collector)
    for part in fields(collector.thresholds):
        yield from _limit(part.name, getattr(collector.thresholds, part.name))


def _too_long(collector: Collector) -> Iterator[Fault]:
    """Yield a fault when a crossing must last longer than samples are kept."""
    kept = min(collector.keep_seconds, collector.every_seconds * (SAMPLES_LIMIT - 1))
    if collector.for_seconds > kept:
        yield RULE.fault(
            Place((*_WHERE, "for")),
            f"a threshold must be crossed for {format_duration(collector.for_seconds)}, and samples"
            f" are kept for {format_duration(kept)}",
            help=f"write `for: {format_duration(kept)}` or less, or raise `keep` or `every`",
        )


def _limit(name: str, limit: Limit) -> Iterator[Fault]:
    """Yield the faults of the two thresholds of one measure."""
    place = (*_WHERE, "thresholds", name)
    degraded, unhealthy = limit.degraded_ratio, limit.unhealthy_ratio
    if degraded is not None and unhealthy is not None and unhealthy <= degraded:
        yield RULE.fault(
            Place((*place, "unhealthy")),
            f"`{name}` is unhealthy before it is degraded",
            help="let `unhealthy` begin above `degraded`",
        )
