"""A server that is older than what opsc knows.

## What it does
Compares the versions in `stack` with the oldest that opsc writes for: Prometheus 2.42 and
Alertmanager 0.22.

## Why is this bad
What an older server understands is not known here, so that nothing could be promised of the files.

## Example
```yaml
stack:
  prometheus: {version: "1.8"}
```

## Use instead
```yaml
stack:
  prometheus: {version: "2.42"}
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from compiler.check.rule import Rule, View
from compiler.source.fault import Place
from compiler.targets.versions import parse_version

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.source.fault import Fault

RULE = Rule(id="stack/unsupported-version")

OLDEST: Final[tuple[tuple[Literal["prometheus", "alertmanager"], str, str], ...]] = (
    ("prometheus", "Prometheus", "2.42"),
    ("alertmanager", "Alertmanager", "0.22"),
)
"""Key in `stack`, name, and the oldest version that opsc writes for."""


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each server of the member that is too old."""
    if view.member.spec.stack is None:
        return
    for key, name, oldest in OLDEST:
        version = view.site.version_of(key)
        if version is not None and parse_version(version) < parse_version(oldest):
            yield RULE.fault(
                Place(("stack", key, "version")),
                f"opsc does not know {name} {version}",
                help=f"run {oldest} or newer",
            )
