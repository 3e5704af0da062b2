"""A comment that means to allow a finding, and cannot.

## What it does
Reads comments that begin with `# opsc:`. Warnings can be allowed. An error can be allowed only
where its page says so: after any other one, something would be compiled that is broken, or missing.

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
