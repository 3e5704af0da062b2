"""A rotation that nothing does yet.

## What it does
Looks for `rotate` in classes of data: no kind of job of this version rotates files.

## Why is this bad
The spec reads as if files that are written to made room for new ones. Until a job does it, another
tool must.

## Example
```yaml
retention:
  logs: {files: "/var/log/shop/*.log*", keep: 14d, rotate: {at: 100MiB}}
jobs:
  tidy: {run: files.expire, of: logs, schedule: daily at 01:00, timeout: 5m}
```

## Use instead
```yaml
retention:
  logs: {files: "/var/log/shop/*.log*", keep: 14d}
jobs:
  tidy: {run: files.expire, of: logs, schedule: daily at 01:00, timeout: 5m}
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.check.rule import Rule, View
from compiler.finding import Severity
from compiler.source.fault import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.source.fault import Fault

RULE = Rule(id="retention/not-carried-out", severity=Severity.WARNING)


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each class of data of the member that asks to be rotated."""
    for name, data in view.member.spec.retention.items():
        if data.rotate is not None:
            yield RULE.fault(
                Place(("retention", name, "rotate"), "key"),
                "rotation is not carried out yet",
                label="no effect",
                help="let another tool rotate these files; `keep` is carried out by `files.expire`",
            )
