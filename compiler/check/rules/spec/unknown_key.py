"""A key that means nothing where it stands.

## What it does
Compares every key with those that the language has at that place, and says which one may be meant.

## Why is this bad
A key that nothing reads is a wish that nobody hears: `fro: 10m` would make an alert fire at once.

## Example
```yaml
teams:
  operations: {titel: Operations}
```

## Use instead
```yaml
teams:
  operations: {title: Operations}
```
"""

from __future__ import annotations

from compiler.check.rule import Rule

RULE = Rule(id="spec/unknown-key")
