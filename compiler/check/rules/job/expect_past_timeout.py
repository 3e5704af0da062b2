"""A job that usually takes longer than it may.

## What it does
Compares the usual duration of each job, `expect`, with its time limit.

## Why is this bad
A run that takes as long as usual is stopped before it is done. That a run takes longer than usual
can never be told: none ever does.

## Example
```yaml
jobs:
  probe:
    run: command
    with: {argv: [/usr/local/bin/probe]}
    schedule: daily at 03:00
    timeout: 10m
    expect: 15m
```

## Use instead
```yaml
jobs:
  probe:
    run: command
    with: {argv: [/usr/local/bin/probe]}
    schedule: daily at 03:00
    timeout: 30m
    expect: 15m
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.check.rule import Rule, View
from compiler.source.fault import Place
from runtime.contract.units import format_duration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.source.fault import Fault

RULE = Rule(id="job/expect-past-timeout")


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each job of the member that is stopped before its usual end."""
    for name, job in view.member.spec.jobs.items():
        if job.expect_seconds is None or job.expect_seconds <= job.timeout_seconds:
            continue
        limit = format_duration(job.timeout_seconds)
        yield RULE.fault(
            Place(("jobs", name, "expect")),
            f"`{name}` usually takes {format_duration(job.expect_seconds)}, and is stopped after"
            f" {limit}",
            label="no run ever takes longer than this",
            help=f"write less than `{limit}`, or raise `timeout`",
            related=((Place(("jobs", name, "timeout")), "it is stopped here"),),
        )
