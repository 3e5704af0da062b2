"""A file that is not YAML.

## What it does
Reads every file as YAML: in UTF-8, spaces for indentation, brackets and quotes in pairs, one value
a key.

## Why is this bad
What cannot be read is not compiled. The rest of the file is read as far as it can be, so that one
run shows every fault.

## Example
```yaml
opsc: 1
teams:
  operations: {title: Operations
hosts: {api: [api1]}
```

## Use instead
```yaml
opsc: 1
teams:
  operations: {title: Operations}
```

## References
https://yaml.org/spec/1.2.2/
"""

from __future__ import annotations

from compiler.check.rule import Rule

RULE = Rule(id="spec/syntax")
