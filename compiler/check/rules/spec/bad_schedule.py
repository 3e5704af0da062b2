"""A text that is no schedule.

## What it does
Reads schedules: `every 5m`, `hourly at :15`, `daily at 02:00`, `weekly on sun at 03:00`,
`monthly on 1 at 04:00`, `quarterly on 1 at 04:00`, `{cron: "0 2 * * *"}`, `manual`.

## Why is this bad
A job that is due at no time, or at another than was meant, is noticed when it is needed.

## Example
```yaml
jobs:
  probe:
    run: command
    with: {argv: [/usr/local/bin/probe]}
    schedule: daily at 25:00
    timeout: 30s
```

## Use instead
```yaml
jobs:
  probe:
    run: command
    with: {argv: [/usr/local/bin/probe]}
    schedule: daily at 05:00
    timeout: 30s
```
"""

from __future__ import annotations

from compiler.check.rule import Rule

RULE = Rule(id="spec/bad-schedule")
