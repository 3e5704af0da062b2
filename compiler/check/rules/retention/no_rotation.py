"""A job rotates files of which nobody says when.

## What it does
Looks for jobs that run `files.rotate` of a class of data that has no `rotate`.

## Why is this bad
When a file is rotated, and how its writer learns of it, stands there. Nothing can be compiled
without it.

## Example
```yaml
retention:
  logs: {files: "/var/log/shop/*.log*", keep: 14d}
jobs:
  rotate-logs: {run: files.rotate, of: logs, schedule: daily at 00:00, timeout: 5m}
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
from compiler.model.steps import steps_of
from compiler.source.fault import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.source.fault import Fault

RULE = Rule(id="retention/no-rotation")


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each step of the member that rotates what has no rotation."""
    retention = view.member.spec.retention
    for name, job in view.member.spec.jobs.items():
        for _step_name, step, path in steps_of(job):
            data = retention.get(str(step.of))
            if step.run == "files.rotate" and data is not None and data.rotate is None:
                yield RULE.fault(
                    Place(("jobs", name, *path, "of")),
                    f"`{step.of}` does not say when its files are rotated",
                    help=f"add `rotate:` to `retention.{step.of}`, with `at` or `every`",
                )
