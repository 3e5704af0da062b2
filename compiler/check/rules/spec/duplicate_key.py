"""A key that is said twice.

## What it does
Looks for keys that stand twice in one mapping.

## Why is this bad
YAML parsers keep the last one in silence. Whoever edits the first sees nothing change.

## Example
```yaml
teams:
  operations: {title: Operations, title: Platform}
```

## Use instead
```yaml
teams:
  operations: {title: Operations}
```
"""

from __future__ import annotations

from compiler.check.rule import Rule

RULE = Rule(id="spec/duplicate-key")
