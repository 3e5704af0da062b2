"""A job connects as a user that its database does not have.

## What it does
Looks for the `user` of each job, step and class of rows among the `roles` of the database that it
acts on.

## Why is this bad
There is no connection string for such a user, so the job cannot be run.

## Example
```yaml
resources:
  database: {postgres: {dsn: {credential: database}}}
jobs:
  vacuum:
    run: postgres.vacuum
    of: database
    user: owner
    schedule: weekly on sun at 03:00
    timeout: 50m
```

## Use instead
```yaml
resources:
  database:
    postgres:
      dsn: {credential: database}
      roles: {owner: {credential: database-owner}}
jobs:
  vacuum:
    run: postgres.vacuum
    of: database
    user: owner
    schedule: weekly on sun at 03:00
    timeout: 50m
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.check.rule import Rule, View
from compiler.model.steps import steps_of
from compiler.source.fault import Place
from compiler.source.suggest import nearest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.source.fault import Fault
    from compiler.source.tree import Path

RULE = Rule(id="resource/unknown-role")


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each user of the member that its database does not have."""
    for path, of, user in _users(view):
        resource = view.member.spec.resources.get(of)
        if resource is None or resource.postgres is None or user in resource.postgres.roles:
            continue
        close = nearest(user, list(resource.postgres.roles))
        yield RULE.fault(
            Place(path),
            f"`{of}` has no role `{user}`",
            label=f"did you mean `{close}`?" if close else "",
            help=f"add it to `resources.{of}.postgres.roles`",
        )


def _users(view: View) -> Iterator[tuple[Path, str, str]]:
    """Yield where a user is named, the database, and the user."""
    for name, job in view.member.spec.jobs.items():
        for _step_name, step, below in steps_of(job):
            if step.user is not None:
                yield ("jobs", name, *below, "user"), str(step.of), step.user
    for name, data in view.member.spec.retention.items():
        if data.rows is not None and data.rows.user is not None:
            yield ("retention", name, "rows", "user"), data.rows.in_, data.rows.user
