"""A condition of a health check that is never met, or that hides another one.

## What it does
Compares the response time from which on a check is worse with its time limit, what is `degraded`
with what is `unhealthy`, and asks whether less than a share could be free.

## Why is this bad
Whoever wrote the condition believes that it is looked at. A check that has no answer in time is an
error and never slow, one is never `degraded` where it is `unhealthy` first, and less than nothing
is never free.

## Example
```yaml
resources:
  api: {http: {url: "http://localhost:8000/health"}}
health:
  timeout: 5s
  checks:
    api: {of: api, degraded: {response_time: 10s}}
```

## Use instead
```yaml
resources:
  api: {http: {url: "http://localhost:8000/health"}}
health:
  timeout: 5s
  checks:
    api: {of: api, degraded: {response_time: 1s}, unhealthy: {response_time: 3s}}
```
"""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from compiler.check.rule import Rule, View
from compiler.model.health import FLOORS, Conditions
from compiler.source.fault import Place
from runtime.contract.entry import written_key
from runtime.contract.units import format_duration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.model.health import Check
    from compiler.source.fault import Fault
    from compiler.source.tree import Path

RULE = Rule(id="health/never-met")


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each condition of the member's checks that is never met."""
    health = view.member.spec.health
    for name, entry in health.checks.items() if health is not None else ():
        path: Path = ("health", "checks", name)
        timeout = entry.timeout_seconds or (health.timeout_seconds if health else None)
        yield from _after_the_end(path, entry, timeout)
        for field in fields(Conditions):
            yield from _hidden(path, entry, field.name)


def _after_the_end(path: Path, entry: Check, timeout: float | None) -> Iterator[Fault]:
    """Yield a fault for each response time that a check never waits for."""
    for part in ("degraded", "unhealthy"):
        slow = getattr(entry, part).response_time_seconds
        if timeout is not None and slow is not None and slow >= timeout:
            yield RULE.fault(
                Place((*path, part, "response_time")),
                f"`{path[-1]}` is never {part} for its response time: no answer within"
                f" {format_duration(timeout)} is an error",
                help=f"write less than `{format_duration(timeout)}`, or raise `timeout`",
            )


def _hidden(path: Path, entry: Check, field: str) -> Iterator[Fault]:
    """Yield the faults of what one measured value is compared with."""
    key = written_key(field)
    degraded, unhealthy = getattr(entry.degraded, field), getattr(entry.unhealthy, field)
    is_floor = field in FLOORS
    for part, value in (("degraded", degraded), ("unhealthy", unhealthy)):
        if is_floor and value == 0:
            yield RULE.fault(
                Place((*path, part, key)),
                f"`{key}` is never below nothing",
                help="write the share below which too little is free, such as `10%`",
            )
    if degraded is None or unhealthy is None:
        return
    if unhealthy >= degraded if is_floor else unhealthy <= degraded:
        side = "below" if is_floor else "above"
        yield RULE.fault(
            Place((*path, "unhealthy", key)),
            f"`{path[-1]}` is unhealthy before it is degraded: `{key}`",
            help=f"let `unhealthy` begin {side} `degraded`",
            related=((Place((*path, "degraded", key)), "never met"),),
        )
