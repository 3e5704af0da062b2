"""A health check connects as a user that its database does not have.

## What it does
Looks for the `user` of each check among the `roles` of the database that it asks.

## Why is this bad
There is no connection string for such a user, so the check cannot be made.

## Example
```yaml
resources:
  database: {postgres: {dsn: {credential: database}}}
health:
  timeout: 5s
  checks:
    database: {of: database, user: monitor}
```

## Use instead
```yaml
resources:
  database:
    postgres:
      dsn: {credential: database}
      roles: {monitor: {credential: database-monitor}}
health:
  timeout: 5s
  checks:
    database: {of: database, user: monitor}
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.check.rule import Rule, View
from compiler.source.fault import Place
from compiler.source.suggest import nearest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.source.fault import Fault

RULE = Rule(id="health/unknown-user")


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each check of the member with a user that is not there."""
    health = view.member.spec.health
    for name, entry in health.checks.items() if health is not None else ():
        resource = view.member.spec.resources.get(entry.of)
        if entry.user is None or resource is None or resource.postgres is None:
            continue
        roles = resource.postgres.roles
        if entry.user not in roles:
            close = nearest(entry.user, list(roles))
            yield RULE.fault(
                Place(("health", "checks", name, "user")),
                f"`{entry.of}` has no role `{entry.user}`",
                label=f"did you mean `{close}`?" if close else "",
                help=f"add it to `resources.{entry.of}.postgres.roles`",
            )
