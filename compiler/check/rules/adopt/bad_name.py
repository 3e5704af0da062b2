"""A name in a foreign document that a spec cannot have.

## What it does
When `opsc import` reads documents, asks services and SLOs of Sloth for lower-case words joined by
`-` or `_`, alerts for words in camel case, and two SLOs of a service for two names. Names of
OpenSLO are made to fit, unless nothing is left of them, or two services would get one name.

## Why is this bad
Sloth writes the names into the labels of its series, which dashboards select by. Changed in
silence, a dashboard would stay empty.

## Example
```yaml
version: prometheus/v1
service: shop
slos:
  - name: Availability.Web
    objective: 99.9
    sli: {raw: {error_ratio_query: "1 - avg_over_time(shop_up_ratio[{{.window}}])"}}
    alerting: {name: ShopErrors}
```

## Use instead
```yaml
version: prometheus/v1
service: shop
slos:
  - name: availability-web
    objective: 99.9
    sli: {raw: {error_ratio_query: "1 - avg_over_time(shop_up_ratio[{{.window}}])"}}
    alerting: {name: ShopErrors}
```
"""

from __future__ import annotations

from compiler.check.rule import Rule

RULE = Rule(id="adopt/bad-name")
