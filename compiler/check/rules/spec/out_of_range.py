"""A number or a length that is not possible.

## What it does
Compares numbers and lengths with the smallest and the largest that make sense.

## Why is this bad
Zero attempts try nothing.

## Example
```yaml
opsc: 1
service: {name: tabular, title: Tabular, owner: operations, tier: 0}
teams:
  operations: {title: Operations}
```

## Use instead
```yaml
opsc: 1
service: {name: tabular, title: Tabular, owner: operations, tier: 1}
teams:
  operations: {title: Operations}
```
"""

from __future__ import annotations

from compiler.check.rule import Rule

RULE = Rule(id="spec/out-of-range")
