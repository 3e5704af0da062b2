"""A scrape interval as long as Prometheus looks back.

## What it does
Looks for scrape jobs that ask every five minutes or less often.

## Why is this bad
A query sees a series for five minutes after its last sample. Asked every five, it vanishes at each
scrape that is late or missed, and every alert on it starts anew.

## Example
```yaml
scrape:
  api: {targets: ["api1:9100"], exposes: node_exporter, interval: 5m}
```

## Use instead
```yaml
scrape:
  api: {targets: ["api1:9100"], exposes: node_exporter, interval: 2m}
```

## References
https://prometheus.io/docs/prometheus/latest/querying/basics/#staleness
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compiler.check.rule import Rule, View
from compiler.source.fault import Place
from runtime.contract.units import format_duration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.source.fault import Fault

RULE = Rule(id="scrape/interval-past-lookback")

LOOKBACK_SECONDS: Final = 300
"""How far back Prometheus looks for a sample, unless a flag says otherwise."""


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each scrape job of the member that asks too seldom."""
    for scrape in view.plan.scrapes:
        if scrape.origin.document != view.member.document:
            continue
        if scrape.interval_seconds >= LOOKBACK_SECONDS:
            own = scrape.entry.interval_seconds is not None
            yield RULE.fault(
                Place((*scrape.origin.path, "interval") if own else scrape.origin.path, "value"),
                f"`{scrape.name}` asks every {format_duration(scrape.interval_seconds)},"
                f" and Prometheus looks back {format_duration(LOOKBACK_SECONDS)}",
                help="write `interval: 2m` or less, so that one scrape may be missed",
            )
