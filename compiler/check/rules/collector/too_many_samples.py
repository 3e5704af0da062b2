"""Samples that are to be kept longer than the collector has room for.

## What it does
Divides `keep` by `every`, and compares the number with the 1,000 samples that are kept at most.

## Why is this bad
The buffer is bounded, so that a resident process does not grow: what is older than its 1,000th
sample is forgotten, whatever the spec says. Prometheus keeps the same metrics for longer.

## Example
```yaml
stack:
  opsrun:
    collector: {every: 10s, keep: 1d}
```

## Use instead
```yaml
stack:
  opsrun:
    collector: {every: 2m, keep: 1d}
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.check.rule import Rule, View
from compiler.finding import Severity
from compiler.source.fault import Place
from runtime.contract.collector import SAMPLES_LIMIT
from runtime.contract.units import format_duration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.source.fault import Fault

RULE = Rule(id="collector/too-many-samples", severity=Severity.WARNING)


def check(view: View) -> Iterator[Fault]:
    """Yield a fault when the member's collector has no room for what it is to keep."""
    stack = view.member.spec.stack
    collector = None if stack is None else stack.opsrun.collector
    if collector is None:
        return
    kept = collector.every_seconds * (SAMPLES_LIMIT - 1)
    if collector.keep_seconds > kept:
        yield RULE.fault(
            Place(("stack", "opsrun", "collector", "keep")),
            f"a sample every {format_duration(collector.every_seconds)} is kept for"
            f" {format_duration(kept)}, not for {format_duration(collector.keep_seconds)}",
            help=f"write `keep: {format_duration(kept)}` or less, or raise `every`",
        )
