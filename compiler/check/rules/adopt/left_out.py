"""A part of a foreign document that has no place in a spec.

## What it does
When `opsc import` reads documents, names what does not change an SLO and is left out: who is
notified (a spec says so in `routing`), how a data source is reached, metadata of Kubernetes,
objects that no SLO refers to.

## Why is this bad
It is not, when it was of use to another tool alone. What somebody relied on is to be said again.

## Example
```yaml
apiVersion: sloth.slok.dev/v1
kind: PrometheusServiceLevel
metadata: {name: shop, labels: {release: monitoring}}
spec:
  service: shop
  slos:
    - name: availability
      objective: 99.9
      sli: {raw: {errorRatioQuery: "1 - avg_over_time(shop_up_ratio[{{.window}}])"}}
      alerting: {name: ShopErrors}
```

## Use instead
```yaml
apiVersion: sloth.slok.dev/v1
kind: PrometheusServiceLevel
metadata: {name: shop}
spec:
  service: shop
  slos:
    - name: availability
      objective: 99.9
      sli: {raw: {errorRatioQuery: "1 - avg_over_time(shop_up_ratio[{{.window}}])"}}
      alerting: {name: ShopErrors}
```
"""

from __future__ import annotations

from compiler.check.rule import Rule
from compiler.finding import Severity

RULE = Rule(id="adopt/left-out", severity=Severity.WARNING)
