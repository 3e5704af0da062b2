"""A comment that allows a finding that is not there.

## What it does
Looks for suppressions that take nothing away.

## Why is this bad
What it allowed was mended, or it names the wrong rule or stands on the wrong line. It would hide
the next fault on its line.

## Example
```yaml
opsc: 1
teams:
  operations: {title: Operations}  # opsc: allow spec/unknown-key because of history
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

RULE = Rule(id="spec/unused-suppression", severity=Severity.WARNING)
