"""A value of another kind than is needed.

## What it does
Compares every value with the kind that its key takes: text, a number, a list, one of some words.

## Why is this bad
A text where a list is meant is not a list of one; guessing would hide the difference.

## Example
```yaml
hosts:
  api: api1
```

## Use instead
```yaml
hosts:
  api: [api1, api2]
jobs:
  probe:
    run: command
    with: {argv: [/usr/local/bin/probe]}
    hosts: api
    schedule: every 5m
    timeout: 30s
```
"""

from __future__ import annotations

from compiler.check.rule import Rule

RULE = Rule(id="spec/wrong-type")
