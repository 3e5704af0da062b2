"""A rule that ended with an exception.

## What it does
Every rule runs by itself. When one ends with an exception, that is told, and the others go on.

## Why is this bad
It is a fault of opsc, not of the spec: what the rule would have found is not known. `opsc check`
fails, so that nothing ships unchecked. Please report it with the spec that shows it.

## Example
There is none: no spec is known that makes a rule crash.
"""

from __future__ import annotations

from compiler.check.rule import Rule

RULE = Rule(id="spec/rule-crashed")
