"""A comment that means to allow a finding, and is not of the form.

## What it does
Reads comments that begin with `# opsc:`.

## Why is this bad
A suppression without a reason is a riddle for whoever comes next, and one that cannot be read does
nothing.

## Example
```yaml
opsc: 1
teams:
  operations: {title: Operations}  # opsc: allow spec/unused
```

## Use instead
```yaml
opsc: 1
teams:
  operations: {title: Operations}
```
"""

from __future__ import annotations

from compiler.check.rule import Rule

RULE = Rule(id="spec/bad-suppression")
