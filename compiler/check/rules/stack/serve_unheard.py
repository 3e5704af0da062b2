"""An `opsrun serve` that starts jobs and that no Prometheus asks.

## What it does
Looks at groups of hosts with `scheduler: serve`. Prometheus is told to ask `opsrun serve` of them
where it listens beyond loopback without `tls`, and its token is in a file or a credential, which
Prometheus must have under the same name; or where a scrape job `exposes: opsrun`. Alerts that it is
down, that it starts nothing, and about its host follow from that.

## Why is this bad
When the scheduler is dead, none of its jobs starts, and what it would say of them is not said
either: everything is quiet.

## Example
```yaml
hosts:
  small: {names: [small1.example.org], scheduler: serve}
jobs:
  tidy: {run: command, with: {argv: [/usr/bin/tidy]}, hosts: small, schedule: every 1h, timeout: 5m}
```

## Use instead
```yaml
hosts:
  small: {names: [small1.example.org], scheduler: serve}
stack:
  opsrun:
    serve: {listen: "0.0.0.0:9465", token: {credential: serve-token}}
jobs:
  tidy: {run: command, with: {argv: [/usr/bin/tidy]}, hosts: small, schedule: every 1h, timeout: 5m}
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.check.rule import Rule, View
from compiler.finding import Severity
from compiler.lower.serve_scrape import hindrance, scrapes_of_serve, served_groups
from compiler.source.fault import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.source.fault import Fault

RULE = Rule(id="stack/serve-unheard", severity=Severity.WARNING)


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each group of the member on which it starts jobs and nothing asks it."""
    why = hindrance(view.plan.stack.opsrun.serve)
    if why is None or scrapes_of_serve(view.plan.scrapes):
        return
    for group, document in served_groups(view.site, view.plan.jobs):
        if document == view.member.document:
            yield RULE.fault(
                Place(("hosts", group, "scheduler")),
                f"nobody is told when `opsrun serve` of `{group}` is down: {why}",
                help="let it listen beyond loopback with a `token` in a file or a credential, or"
                " write a scrape job of it with `exposes: opsrun`",
            )
