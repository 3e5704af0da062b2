"""A health check that may take for ever.

## What it does
Looks for checks without a `timeout`, where `health` says none for all of them.

## Why is this bad
What hangs is as bad as what fails, and only a time limit tells the two from what is slow. How long
an answer may take is known to whoever knows the service: no default is right.

## Example
```yaml
resources:
  api: {http: {url: "http://localhost:8000/health"}}
health:
  checks:
    api: {of: api}
```

## Use instead
```yaml
resources:
  api: {http: {url: "http://localhost:8000/health"}}
health:
  timeout: 5s
  checks:
    api: {of: api}
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.check.rule import Rule, View
from compiler.source.fault import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.source.fault import Fault

RULE = Rule(id="health/no-timeout")


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each check of the member that has no time limit."""
    health = view.member.spec.health
    if health is None or health.timeout_seconds is not None:
        return
    if view.member.is_broken("health", "timeout"):
        return
    for name, entry in health.checks.items():
        if entry.timeout_seconds is None:
            yield RULE.fault(
                Place(("health", "checks", name), "key"),
                f"the check `{name}` has no time limit",
                help="add `timeout: 5s` to it, or to `health` for all checks",
            )
