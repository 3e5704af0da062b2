"""An `opsrun serve` that anybody may ask.

## What it does
Looks at where `stack.opsrun.serve` listens. Beyond loopback it needs a `token` that requests bear,
or a `client_ca` that vouches for who asks.

## Why is this bad
Whoever reaches the port reads how every job went and posts alerts of their own making. `opsrun
serve` refuses to start so.

## Example
```yaml
stack:
  opsrun:
    serve: {listen: "0.0.0.0:9465"}
```

## Use instead
```yaml
stack:
  opsrun:
    serve: {listen: "0.0.0.0:9465", token: {credential: serve-token}}
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.check.rule import Rule, View
from compiler.check.walk import at
from compiler.source.fault import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.source.fault import Fault

RULE = Rule(id="stack/open-serve")

PATH = ("stack", "opsrun", "serve", "listen")


def check(view: View) -> Iterator[Fault]:
    """Yield a fault when the member has it listen where anybody may ask."""
    settings = view.plan.stack.opsrun.serve
    if at(view.member.root, PATH) is None or settings.is_local or settings.is_guarded:
        return
    yield RULE.fault(
        Place(PATH),
        f"`opsrun serve` would listen on {settings.listen}, and ask nobody who they are",
        help="add a `token`, or `tls` with a `client_ca`; or listen on 127.0.0.1",
    )
