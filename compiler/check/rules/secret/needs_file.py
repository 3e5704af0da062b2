"""A secret from the environment where a server reads files only.

## What it does
Looks at the secrets that Prometheus and Alertmanager need: of scrape jobs, of the mail server, of
receivers.

## Why is this bad
Neither server reads its environment. The file that is compiled names where a secret is kept, and
has no way to name a variable.

## Example
```yaml
routing:
  default: operations
  receivers:
    operations: {pagerduty: {routing_key: {env: PAGERDUTY_KEY}}}
```

## Use instead
```yaml
routing:
  default: operations
  receivers:
    operations: {pagerduty: {routing_key: {credential: pagerduty-key}}}
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compiler.check.rule import Rule, View
from compiler.check.walk import entries
from compiler.source.fault import Place
from compiler.source.tree import Map

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.source.fault import Fault

RULE = Rule(id="secret/needs-file")

SECRETS: Final = (
    (("scrape", "*", "basic_auth", "password"), "Prometheus"),
    (("scrape", "*", "bearer"), "Prometheus"),
    (("routing", "smtp", "password"), "Alertmanager"),
    (("routing", "receivers", "*", "slack", "url"), "Alertmanager"),
    (("routing", "receivers", "*", "pagerduty", "routing_key"), "Alertmanager"),
    (("routing", "receivers", "*", "webhook", "url_from"), "Alertmanager"),
    (("routing", "receivers", "*", "webhook", "token"), "Alertmanager"),
)
"""Where secrets stand, and which server reads them."""


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each secret of the member that its server cannot read."""
    for pattern, server in SECRETS:
        for path, node in entries(view.member.root, pattern):
            if isinstance(node, Map) and "env" in node:
                yield RULE.fault(
                    Place((*path, "env")),
                    f"{server} cannot read a secret from its environment",
                    help="keep it in a file, `{file: /run/secrets/x}`, or as a systemd credential"
                    " of the server's unit, `{credential: x}`",
                )
