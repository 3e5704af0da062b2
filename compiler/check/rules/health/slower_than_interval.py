"""A health check that may take longer than the time until the next one.

## What it does
Compares the time limit of each check with its interval.

## Why is this bad
When the service hangs, checks run into each other: the next one is skipped, and what is known of
the service is older than the spec says.

## Example
```yaml
resources:
  api: {http: {url: "http://localhost:8000/health"}}
health:
  every: 10s
  timeout: 30s
  checks:
    api: {of: api}
```

## Use instead
```yaml
resources:
  api: {http: {url: "http://localhost:8000/health"}}
health:
  every: 1m
  timeout: 10s
  checks:
    api: {of: api}
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.check.rule import Rule, View
from compiler.lower.health import runs_of
from compiler.source.fault import Place
from runtime.contract.units import format_duration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.source.fault import Fault

RULE = Rule(id="health/slower-than-interval")


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each check of the member that may outlast its interval."""
    health = view.member.spec.health
    for name, entry in health.checks.items() if health is not None else ():
        timeout = entry.timeout_seconds or (health.timeout_seconds if health else None)
        every, _hosts = runs_of(health, entry) if health is not None else (0, None)
        if timeout is None or timeout < every:
            continue
        own = ("health", "checks", name, "timeout")
        place = own if entry.timeout_seconds is not None else ("health", "timeout")
        yield RULE.fault(
            Place(place),
            f"`{name}` may take {format_duration(timeout)}, and is made every"
            f" {format_duration(every)}",
            help="lower the `timeout` below the interval, or raise `every`",
        )
