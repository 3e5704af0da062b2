"""A clean-up of keys takes a queue along.

## What it does
Holds the patterns of `redis.expire` and `cache.cleanup` against the queues that `resources` keep in
the same Redis.

## Why is this bad
What waits in the queue is deleted at the first quiet night, or when its end has come.

## Example
```yaml
resources:
  cache: {redis: {url: {credential: cache}}}
  orders: {queue: {in: cache, list: "shop:orders"}}
health: {timeout: 5s, checks: {orders: {of: orders, degraded: {depth: 100}}}}
jobs:
  clean:
    run: cache.cleanup
    of: cache
    with: {keys: ["shop:*"], idle: 1d}
    schedule: hourly at :10
    timeout: 5m
```

## Use instead
```yaml
resources:
  cache: {redis: {url: {credential: cache}}}
  orders: {queue: {in: cache, list: "shop:orders"}}
health: {timeout: 5s, checks: {orders: {of: orders, degraded: {depth: 100}}}}
jobs:
  clean:
    run: cache.cleanup
    of: cache
    with: {keys: ["shop:page:*"], idle: 1d}
    schedule: hourly at :10
    timeout: 5m
```
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from compiler.check.rule import Rule, View
from compiler.model.steps import steps_of
from compiler.source.fault import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.model.site import Member
    from compiler.source.fault import Fault

RULE = Rule(id="job/sweeps-queue")

SWEEPS = ("cache.cleanup", "redis.expire")


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each pattern of the member that means a queue's key."""
    for name, job in view.member.spec.jobs.items():
        for _step_name, step, path in steps_of(job):
            if step.run not in SWEEPS:
                continue
            queues = dict(_queues(view.member, str(step.of)))
            for index, pattern in enumerate(_patterns(step.with_.get("keys"))):
                queue = next((queues[key] for key in queues if _means(pattern, key)), None)
                if queue is not None:
                    yield RULE.fault(
                        Place(("jobs", name, *path, "with", "keys", index)),
                        f"`{pattern}` means the key of the queue `{queue}` too",
                        help="write a pattern of those keys alone that may go",
                    )


def _queues(member: Member, redis: str) -> Iterator[tuple[str, str]]:
    """Yield the keys of the queues that are kept in a Redis, with the queues' names."""
    for name, resource in member.spec.resources.items():
        queue = resource.queue
        key = queue and (queue.list or queue.stream or queue.sorted_set)
        if queue is not None and key and queue.in_ == redis:
            yield key, name


def _patterns(said: object) -> tuple[str, ...]:
    """Return the patterns that are said, as far as they are any."""
    return tuple(one for one in said if isinstance(one, str)) if isinstance(said, list) else ()


def _means(pattern: str, key: str) -> bool:
    """Whether a pattern of Redis matches a key."""
    return fnmatchcase(key, pattern.replace("[^", "[!").replace("\\", ""))
