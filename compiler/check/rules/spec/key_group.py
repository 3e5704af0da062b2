"""Keys of which an entry needs one, and has none or two.

## What it does
Asks entries for exactly one of some keys, such as `signal` or `value`, `above` or `below`,
`targets` or `discovery`.

## Why is this bad
Two say different things, and none says nothing.

## Example
```yaml
scrape:
  node: {exposes: node_exporter}
```

## Use instead
```yaml
scrape:
  node: {targets: ["node1.example.org:9100"], exposes: node_exporter}
```
"""

from __future__ import annotations

from compiler.check.rule import Rule

RULE = Rule(id="spec/key-group")
