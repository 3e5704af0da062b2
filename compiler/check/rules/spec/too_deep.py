"""A file or a query that is too large to be read safely.

## What it does
Holds files to limits: their size, the length of a line, how deep mappings nest, how much aliases
multiply, how many faults are told.

## Why is this bad
A few lines of aliases become gigabytes, and twenty thousand brackets end a parser. No real spec
comes near.

## Example
```yaml
opsc: 1
teams:
  operations: {title: Operations}
environments:
  local:
    set:
      a: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[
        [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[
        ]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]
        ]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]
```

## Use instead
```yaml
opsc: 1
teams:
  operations: {title: Operations}
environments:
  local: {}
```
"""

from __future__ import annotations

from compiler.check.rule import Rule

RULE = Rule(id="spec/too-deep")
