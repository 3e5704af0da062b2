"""A document that is not of the format that was named.

## What it does
When `opsc import` reads documents, asks each for its version: `version: prometheus/v1` or
`apiVersion: sloth.slok.dev/v1` of Sloth, `apiVersion: openslo/v1` and a known `kind` of OpenSLO.

## Why is this bad
Other versions have other keys, or mean something else by them.

## Example
```yaml
version: prometheus/v2
service: shop
slos:
  - name: availability
    objective: 99.9
    sli: {raw: {error_ratio_query: "1 - avg_over_time(shop_up_ratio[{{.window}}])"}}
    alerting: {name: ShopErrors}
```

## Use instead
```yaml
version: prometheus/v1
service: shop
slos:
  - name: availability
    objective: 99.9
    sli: {raw: {error_ratio_query: "1 - avg_over_time(shop_up_ratio[{{.window}}])"}}
    alerting: {name: ShopErrors}
```
"""

from __future__ import annotations

from compiler.check.rule import Rule

RULE = Rule(id="adopt/unknown-format")
