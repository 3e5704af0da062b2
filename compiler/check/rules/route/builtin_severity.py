"""A word of the scale of severity that is mapped to something.

## What it does
Looks for `info`, `warning` and `critical` among the words that `routing.severities` maps.

## Why is this bad
These three are the scale itself: an alert that says `critical` is critical, whatever a map says.

## Example
```yaml
routing:
  default: operations
  severities: {critical: warning}
  receivers:
    operations: {webhook: {url: "https://hooks.example.org/alerts"}}
```

## Use instead
```yaml
routing:
  default: operations
  severities: {high: critical}
  receivers:
    operations: {webhook: {url: "https://hooks.example.org/alerts"}}
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.check.rule import Rule, View
from compiler.lower.alerts import SCALE
from compiler.source.fault import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.source.fault import Fault

RULE = Rule(id="route/builtin-severity")


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each word of the scale that the member's routing maps."""
    routing = view.member.spec.routing
    for word in routing.severities if routing else ():
        if word in SCALE:
            yield RULE.fault(
                Place(("routing", "severities", word), "key"),
                f"`{word}` is a word of the scale and means itself",
                help="map words of other scales here, such as `high: critical`",
            )
