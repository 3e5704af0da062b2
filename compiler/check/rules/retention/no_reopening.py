"""A file is renamed, and nobody tells its writer.

## What it does
Looks for `rotate` with neither `signal` nor `copy`.

## Why is this bad
The file gets another name. A program that keeps it open goes on writing there: no line is lost, but
the renamed file grows, is never packed, and the new one stays empty.

Where the writer opens its file anew by itself, as one does that looks whether the name still means
the file it has open, say so in a comment that allows this.

## Example
```yaml
retention:
  logs: {files: "/var/log/shop/*.log*", keep: 14d, rotate: {at: 100MiB}}
jobs:
  rotate-logs: {run: files.rotate, of: logs, schedule: daily at 00:00, timeout: 5m}
```

## Use instead
```yaml
retention:
  logs:
    files: /var/log/shop/*.log*
    keep: 14d
    rotate: {at: 100MiB, signal: {unit: shop.service}}
jobs:
  rotate-logs: {run: files.rotate, of: logs, schedule: daily at 00:00, timeout: 5m}
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

RULE = Rule(id="retention/no-reopening", severity=Severity.WARNING)


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each rotation of the member of which no writer learns."""
    for name, data in view.member.spec.retention.items():
        rotate = data.rotate
        if rotate is not None and rotate.signal is None and rotate.copy is None:
            yield RULE.fault(
                Place(("retention", name, "rotate"), "key"),
                "nobody tells the writer that its file has another name",
                help="add `signal: {unit: …}` or `signal: {pid_file: …}` for a writer that opens"
                " its files anew then, else `copy: exact`",
            )
