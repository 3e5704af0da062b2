"""An artifact that the tool it is made for refuses.

## What it does
With `opsc compile --verify`, asks promtool, amtool and systemd-analyze about what was written, and
shows their answers at the line of the spec that the artifact's line comes from.

## Why is this bad
The server would refuse the file too, at the reload, in production.

## Example
```yaml
opsc: 1
service: {name: shop, title: Shop, owner: operations}
teams:
  operations: {contact: {email: operations@example.org}}
scrape:
  api:
    targets: ["api1:8000"]
    exposes: metrics
    relabel: [{source_labels: [__address__], target_label: shard, action: hashmod}]
```

## Use instead
```yaml
opsc: 1
service: {name: shop, title: Shop, owner: operations}
teams:
  operations: {contact: {email: operations@example.org}}
scrape:
  api:
    targets: ["api1:8000"]
    exposes: metrics
    relabel: [{source_labels: [__address__], target_label: shard, action: hashmod, modulus: 4}]
```
"""

from __future__ import annotations

from compiler.check.rule import Rule

RULE = Rule(id="artifact/refused")
