"""A comment that allowed a finding until a day that has passed.

## What it does
Compares the day of every suppression with today; its finding is told again.

## Why is this bad
The day was chosen to look at it again.

## Example
```yaml
opsc: 1
teams:
  operations: {titel: Operations}  # opsc: allow spec/unknown-key until 2020-01-01 because it is being renamed
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
from compiler.finding import Severity

RULE = Rule(id="spec/expired-suppression", severity=Severity.WARNING)
