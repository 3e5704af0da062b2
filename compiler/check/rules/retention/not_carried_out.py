"""A rotation that nothing carries out.

## What it does
Looks for classes of data with `rotate` that no job runs `files.rotate` of.

## Why is this bad
The spec reads as if files that are written to made room for new ones. Until a job does it they
grow until the disk is full.

## Example
```yaml
retention:
  logs: {files: "/var/log/shop/*.log*", keep: 14d, rotate: {at: 100MiB, copy: exact}}
jobs:
  tidy: {run: files.expire, of: logs, schedule: daily at 01:00, timeout: 5m}
```

## Use instead
```yaml
retention:
  logs: {files: "/var/log/shop/*.log*", keep: 14d, rotate: {at: 100MiB, copy: exact}}
jobs:
  rotate-logs: {run: files.rotate, of: logs, schedule: daily at 00:00, timeout: 5m}
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.check.rule import Rule, View
from compiler.finding import Severity
from compiler.model.steps import steps_of
from compiler.source.fault import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.source.fault import Fault

RULE = Rule(id="retention/not-carried-out", severity=Severity.WARNING)


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each class of data of the member that is to be rotated and is not."""
    spec = view.member.spec
    rotated = {
        step.of
        for job in spec.jobs.values()
        for _name, step, _path in steps_of(job)
        if step.run == "files.rotate"
    }
    for name, data in spec.retention.items():
        if data.rotate is not None and name not in rotated:
            yield RULE.fault(
                Place(("retention", name, "rotate"), "key"),
                "no job carries this rotation out",
                label="no effect",
                help=f"add a job with `run: files.rotate` and `of: {name}`, or take it out",
            )
