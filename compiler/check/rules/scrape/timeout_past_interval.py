"""A scrape that may take longer than the time to the next one.

## What it does
Compares the time limit of every scrape job with its interval, both as they come out of the job, its
category and `stack.prometheus`.

## Why is this bad
Prometheus refuses a configuration in which a time limit is longer than the interval.

## Example
```yaml
scrape:
  node: {targets: ["node1.example.org:9100"], exposes: node_exporter, interval: 15s, timeout: 20s}
```

## Use instead
```yaml
scrape:
  node: {targets: ["node1.example.org:9100"], exposes: node_exporter, interval: 15s, timeout: 10s}
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

RULE = Rule(id="scrape/timeout-past-interval")


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each time limit of the member's scrapes that is past the interval."""
    stack = view.member.spec.stack
    server = None if stack is None else stack.prometheus
    if (
        server is not None
        and server.scrape_timeout_seconds is not None
        and server.scrape_timeout_seconds > server.scrape_interval_seconds
    ):
        yield RULE.fault(
            Place(("stack", "prometheus", "scrape_timeout")),
            "scrapes may wait longer for an answer than until the next one",
            help=f"write {format_duration(server.scrape_interval_seconds)} or less",
        )
    for scrape in view.plan.scrapes:
        if scrape.origin.document != view.member.document:
            continue
        if scrape.timeout_seconds <= scrape.interval_seconds:
            continue
        path = scrape.origin.path
        key = "timeout" if scrape.entry.timeout_seconds is not None else "interval"
        yield RULE.fault(
            Place((*path, key)),
            f"`{scrape.name}` may wait {format_duration(scrape.timeout_seconds)} for an answer"
            f" and asks every {format_duration(scrape.interval_seconds)}",
            help=f"write `timeout: {format_duration(scrape.interval_seconds)}` or less",
        )
