"""A quantity without a unit, or with one that does not exist.

## What it does
Reads durations (`5m`, `1h30m`), sizes (`100MiB`), proportions (`99.9%`).

## Why is this bad
A bare number leaves its unit to the reader: 30 may be seconds here and minutes there.

## Example
```yaml
alert_groups:
  main: {every: 30}
```

## Use instead
```yaml
alert_groups:
  main: {every: 30s}
```
"""

from __future__ import annotations

from compiler.check.rule import Rule

RULE = Rule(id="spec/bad-unit")
