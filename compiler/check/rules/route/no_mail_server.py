"""A receiver that sends mail, without a mail server.

## What it does
Looks for receivers with `email` where `routing` says no `smtp`.

## Why is this bad
Alertmanager refuses its whole configuration, and goes on with that of yesterday.

## Example
```yaml
routing:
  default: operations
  receivers:
    operations: {email: {to: [operations@example.org]}}
```

## Use instead
```yaml
routing:
  default: operations
  smtp: {host: "smtp.example.org:587", sender: alerts@example.org}
  receivers:
    operations: {email: {to: [operations@example.org]}}
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.check.rule import Rule, View
from compiler.check.walk import at, entries
from compiler.source.fault import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.source.fault import Fault

RULE = Rule(id="route/no-mail-server")


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each receiver of the member that nobody could hand its mail to."""
    if at(view.member.root, ("routing", "smtp")) is not None:
        return
    for path, _node in entries(view.member.root, ("routing", "receivers", "*", "email")):
        yield RULE.fault(
            Place(path, "key"),
            f"the receiver `{path[2]}` sends mail, and there is no mail server",
            help="add `routing.smtp` with `host` and `sender`",
        )
