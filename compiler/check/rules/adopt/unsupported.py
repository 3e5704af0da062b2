"""What a foreign document says and a spec cannot.

## What it does
When `opsc import` reads documents of Sloth or OpenSLO, refuses what has no meaning in a spec:
plugins, templates other than the window, time slices, sources that are not Prometheus, queries
without a window or with a range of their own.

## Why is this bad
An SLO that was adopted without a part of what it says promises something else, and nobody notices.

## Example
```yaml
version: prometheus/v1
service: shop
slos:
  - name: availability
    objective: 99.9
    sli: {plugin: {id: "example.org/availability", options: {job: shop}}}
    alerting: {name: ShopErrors}
```

## Use instead
```yaml
version: prometheus/v1
service: shop
slos:
  - name: availability
    objective: 99.9
    sli:
      events:
        error_query: sum(rate(shop_requests_total{status=~"5.."}[{{.window}}]))
        total_query: sum(rate(shop_requests_total[{{.window}}]))
    alerting: {name: ShopErrors}
```
"""

from __future__ import annotations

from compiler.check.rule import Rule

RULE = Rule(id="adopt/unsupported")
