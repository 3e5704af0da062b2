"""A text that is no regular expression.

## What it does
Reads the patterns of label matchers.

## Why is this bad
Alertmanager and Prometheus refuse their whole configuration for one pattern.

## Example
```yaml
routing:
  default: operations
  receivers:
    operations: {webhook: {url: "https://hooks.example.org/alerts"}}
  routes:
    api: {match: {instance: {matches: "api[0-9"}}, to: operations}
```

## Use instead
```yaml
routing:
  default: operations
  receivers:
    operations: {webhook: {url: "https://hooks.example.org/alerts"}}
  routes:
    api: {match: {instance: {matches: "api[0-9]"}}, to: operations}
```
"""

from __future__ import annotations

from compiler.check.rule import Rule

RULE = Rule(id="spec/bad-pattern")
