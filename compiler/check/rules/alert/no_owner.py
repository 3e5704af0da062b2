"""An alert whose owner nobody can reach.

## What it does
Asks every team that owns an alert, its own `owner` or else `service.owner`, for a `receiver` or a
`contact`.

## Why is this bad
An alert without somebody behind it is noise for everybody. A team that can be reached in no way is
no owner. A team that does not exist at all is `spec/unknown-reference`.

## Example
```yaml
teams:
  operations: {receiver: operations}
  platform: {title: Platform}
alerts:
  HighErrorRate:
    group: main
    value: sum by (instance) (rate(tabular_errors_total[5m]))
    above: 5
    for: 5m
    severity: warning
    summary: Errors on {{ $labels.instance }}
    impact: Users see errors
    dashboard: /d/tabular
    owner: platform
```

## Use instead
```yaml
teams:
  operations: {receiver: operations}
  platform: {title: Platform, contact: {email: platform@example.org}}
alerts:
  HighErrorRate:
    group: main
    value: sum by (instance) (rate(tabular_errors_total[5m]))
    above: 5
    for: 5m
    severity: warning
    summary: Errors on {{ $labels.instance }}
    impact: Users see errors
    dashboard: /d/tabular
    owner: platform
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.check.rule import Rule, View
from compiler.source.fault import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.source.fault import Fault

RULE = Rule(id="alert/no-owner", is_allowable=True)


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each alert of the member whose team has neither receiver nor contact."""
    service = view.member.spec.service
    teams = view.site.teams
    for name, alert in view.member.spec.alerts.items():
        owner = alert.owner or (service.owner if service else "")
        team = teams.get(owner)
        if team is None or team.receiver is not None or team.contact is not None:
            continue
        is_own = alert.owner is not None
        yield RULE.fault(
            Place(
                ("alerts", name, "owner") if is_own else ("alerts", name),
                "value" if is_own else "key",
            ),
            f"the owner of `{name}`, the team `{owner}`, cannot be reached",
            help=f"give `teams.{owner}` a `receiver` or a `contact`",
        )
