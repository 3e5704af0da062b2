"""A comment that allowed a finding until a day that has passed.

## What it does
Compares the day of every suppression with today; its finding is told again.

## Why is this bad
The day was chosen to look at it again.

## Example
```yaml
hosts:
  # opsc: allow spec/unused until 2020-01-01 because its jobs come with the next release
  api: [api1]
```

## Use instead
```yaml
hosts:
  # opsc: allow spec/unused until 2127-01-01 because its jobs come with the next release
  api: [api1]
```
"""

from __future__ import annotations

from compiler.check.rule import Rule
from compiler.finding import Severity

RULE = Rule(id="spec/expired-suppression", severity=Severity.WARNING)
