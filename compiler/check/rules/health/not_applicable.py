"""A health check asks something that its resource does not have.

## What it does
Looks at what `expect`, `degraded`, `unhealthy`, `user` and `write` say of each check, and whether
the kind of resource that it asks has such a thing: a replication lag is a database's, a depth a
queue's.

## Why is this bad
What is never measured never fails: the check is healthy whatever the spec says.

## Example
```yaml
resources:
  api: {http: {url: "http://localhost:8000/health"}}
health:
  timeout: 5s
  checks:
    api: {of: api, degraded: {replication_lag: 10s}}
```

## Use instead
```yaml
resources:
  api: {http: {url: "http://localhost:8000/health"}}
health:
  timeout: 5s
  checks:
    api: {of: api, degraded: {response_time: 1s}}
```
"""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from compiler.check.rule import Rule, View
from compiler.model.health import APPLIES, Check
from compiler.model.resources import kind_of
from compiler.source.fault import Place
from runtime.contract.entry import written_key
from runtime.contract.health_check import CHECKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.model.resources import Resource
    from compiler.source.fault import Fault

RULE = Rule(id="health/not-applicable")


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each thing that a check of the member asks in vain."""
    health = view.member.spec.health
    for name, entry in health.checks.items() if health is not None else ():
        resource = view.member.spec.resources.get(entry.of)
        if resource is not None and kind_of(resource) not in CHECKS:
            yield RULE.fault(
                Place(("health", "checks", name, "of")),
                f"`{entry.of}` is a `{kind_of(resource)}`, which no check asks",
                help=f"there are checks of {', '.join(f'`{kind}`' for kind in CHECKS)}",
            )
            continue
        for path, field in _said(entry) if resource is not None else ():
            fault = _fault(resource, field) if resource is not None else None
            if fault is not None:
                place = Place(("health", "checks", name, *path), "key")
                yield RULE.fault(
                    place, f"`{entry.of}` {fault}", label="never measured", help=_help(field)
                )


def _said(entry: Check) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield path and field of each thing that a check says."""
    for part in ("expect", "degraded", "unhealthy"):
        holder = getattr(entry, part)
        for field in fields(holder):
            if getattr(holder, field.name) not in (None, {}):
                yield (part, written_key(field.name)), field.name
    if entry.user is not None:
        yield ("user",), "user"
    if entry.write:
        yield ("write",), "write"


def _fault(resource: Resource, field: str) -> str | None:
    """Return why a resource does not have what a field is about, or None."""
    kind = kind_of(resource)
    if kind not in APPLIES[field]:
        return f"is a `{kind}`, which has no `{written_key(field)}`"
    if field == "replication_lag_seconds" and resource.postgres and not resource.postgres.replica:
        return "names no `replica`, which could be behind"
    return None


def _help(field: str) -> str:
    if field == "replication_lag_seconds":
        return "it is that of a `postgres` with a `replica`"
    listed = ", ".join(f"`{kind}`" for kind in APPLIES[field])
    return f"it is asked of {listed}"
