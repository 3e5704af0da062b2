"""Targets from DNS that have no port.

## What it does
Looks for discovery by `dns` whose records hold no port, `A`, `AAAA`, `MX` or `NS`, and that names
none.

## Why is this bad
Prometheus refuses its whole configuration, and goes on with that of yesterday.

## Example
```yaml
scrape:
  api: {exposes: node_exporter, discovery: {dns: {names: [api.example.org], type: A}}}
```

## Use instead
```yaml
scrape:
  api: {exposes: node_exporter, discovery: {dns: {names: [api.example.org], type: A, port: 9100}}}
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.check.rule import Rule, View
from compiler.source.fault import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.source.fault import Fault

RULE = Rule(id="scrape/dns-port")


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each discovery by records that hold no port."""
    for name, job in view.member.spec.scrape.items():
        dns = job.discovery.dns if job.discovery else None
        if dns is not None and dns.type != "SRV" and dns.port is None:
            yield RULE.fault(
                Place(("scrape", name, "discovery", "dns", "type")),
                f"records of type `{dns.type}` hold no port",
                help="add `port:`",
            )
