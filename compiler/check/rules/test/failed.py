"""An alert that does not do what one of its tests says.

## What it does
`opsc test` compiles the specs into a temporary folder and runs promtool on the tests of alerts and
SLOs: those that opsc makes of their expressions, and those that the spec writes as `tests:`. Each
test that fails is shown at its line, with what was expected and what promtool found.

## Why is this bad
The alert fires when it should not, or stays silent when somebody should be called.

## Example
```text
error[test/failed]: `LinkDown` does not do what its test says: `a-link-goes-down`
```

A test that the spec writes and that fails is mended, or the alert is. One that opsc makes of an
expression should never fail: when the expression is right, that is a fault of opsc. The labels of a
written test are all that the value gives the alert; those that the rule sets, `severity`, `owner`
and the like, are known.
"""

from __future__ import annotations

from compiler.check.rule import Rule

RULE = Rule(id="test/failed")
"""Decided by ``opsc test``."""
