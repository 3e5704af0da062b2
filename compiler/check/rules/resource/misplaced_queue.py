"""A queue is kept in something that cannot have it.

## What it does
Compares how a queue is written with the resource that its `in` names: a list, a stream and a sorted
set are kept in a `redis`, a query asks a `postgres`.

## Why is this bad
Nothing can be counted there: a check of the queue cannot be made.

## Example
```yaml
resources:
  database: {postgres: {dsn: {credential: database}}}
  waiting: {queue: {in: database, list: "tabular:waiting"}}
health:
  timeout: 5s
  checks:
    waiting: {of: waiting, degraded: {depth: 100}}
```

## Use instead
```yaml
resources:
  cache: {redis: {url: {credential: cache}}}
  waiting: {queue: {in: cache, list: "tabular:waiting"}}
health:
  timeout: 5s
  checks:
    waiting: {of: waiting, degraded: {depth: 100}}
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.check.rule import Rule, View
from compiler.lower.checks import kept_in
from compiler.model.resources import kind_of
from compiler.source.fault import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.source.fault import Fault

RULE = Rule(id="resource/misplaced-queue")


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each queue of the member that is not where it is said to be."""
    resources = view.member.spec.resources
    for name, resource in resources.items():
        queue = resource.queue
        kept = resources.get(queue.in_) if queue is not None else None
        if queue is None or kept is None or kind_of(kept) == kept_in(queue):
            continue
        yield RULE.fault(
            Place(("resources", name, "queue", "in")),
            f"`{queue.in_}` is a `{kind_of(kept)}`, where no such queue is kept",
            help=f"name a `{kept_in(queue)}`",
        )
