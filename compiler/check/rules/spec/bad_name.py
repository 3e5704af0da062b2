"""A name that cannot be used in the artifacts.

## What it does
Asks names for the form that they need in file names, labels and units: lower-case words for most,
camel case for alerts, letters, digits and `_` for labels.

## Why is this bad
A name with a dot, a space or a slash breaks an override path, a unit or a label.

## Example
```yaml
teams:
  operations: {receiver: operations}
  Data Platform: {title: Data}
```

## Use instead
```yaml
teams:
  operations: {receiver: operations}
  data-platform: {title: Data}
```
"""

from __future__ import annotations

from compiler.check.rule import Rule

RULE = Rule(id="spec/bad-name")
