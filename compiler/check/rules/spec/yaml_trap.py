"""A value that YAML parsers disagree about.

## What it does
Looks for bare words and numbers that one version of YAML reads as text and another as something
else: `on`, `no`, `12:30`, `0123`, `1_000`.

## Why is this bad
`no` becomes false, `12:30` becomes 750, and nobody is told. In quotes all read the same.

## Example
```yaml
teams:
  operations: {receiver: operations, title: no}
```

## Use instead
```yaml
teams:
  operations: {receiver: operations, title: "no"}
```

## References
https://yaml.org/type/bool.html
"""

from __future__ import annotations

from compiler.check.rule import Rule

RULE = Rule(id="spec/yaml-trap")
