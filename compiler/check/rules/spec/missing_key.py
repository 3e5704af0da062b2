"""A key that has to be there.

## What it does
Asks every entry for the keys without which it means nothing, and every file for `opsc`.

## Why is this bad
What is not said would have to be guessed.

## Example
```yaml
opsc: 1
service: {name: tabular, owner: operations}
teams:
  operations: {title: Operations}
```

## Use instead
```yaml
opsc: 1
service: {name: tabular, title: Tabular, owner: operations}
teams:
  operations: {title: Operations}
```
"""

from __future__ import annotations

from compiler.check.rule import Rule

RULE = Rule(id="spec/missing-key")
