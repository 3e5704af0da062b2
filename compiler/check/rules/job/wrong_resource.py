"""A job is done to something that it cannot be done to.

## What it does
Compares the resource that `of` names with the kind of job: `redis.expire` and `cache.cleanup` are
done to a `redis`.

## Why is this bad
There is nothing there that the job could do.

## Example
```yaml
resources:
  cache: {storage: {path: /var/cache/shop}}
jobs:
  clean:
    run: cache.cleanup
    of: cache
    with: {keys: ["shop:page:*"], idle: 1d}
    schedule: hourly at :10
    timeout: 5m
```

## Use instead
```yaml
resources:
  cache: {redis: {url: {credential: cache}}}
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

from typing import TYPE_CHECKING

from compiler.check.rule import Rule, View
from compiler.model.kinds import KINDS, steps_of
from compiler.model.resources import kind_of
from compiler.source.fault import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.source.fault import Fault

RULE = Rule(id="job/wrong-resource")


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each step of the member that is done to a resource of another kind."""
    resources = view.member.spec.resources
    for name, job in view.member.spec.jobs.items():
        for _step_name, step, path in steps_of(job):
            kind, resource = KINDS.get(str(step.run)), resources.get(str(step.of))
            if kind is None or kind.resource is None or resource is None:
                continue
            if kind_of(resource) != kind.resource:
                yield RULE.fault(
                    Place(("jobs", name, *path, "of")),
                    f"`{step.of}` is a `{kind_of(resource)}`, and `{step.run}` is done to a"
                    f" `{kind.resource}`",
                    help=f"name a resource that is a `{kind.resource}`",
                )
