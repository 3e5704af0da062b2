"""A text that is no regular expression.

## What it does
Reads the patterns of label matchers and of relabelling as Prometheus and Alertmanager do: in the
syntax of RE2, which looks neither ahead nor back. What versions of it read differently (a bracket
within a class, say) counts as unreadable too. Patterns of files must close their brackets.

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

from typing import TYPE_CHECKING, Final

from compiler.check.rule import Rule, View
from compiler.check.walk import texts
from compiler.source.fault import Place
from compiler.targets.pattern import problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.source.fault import Fault

RULE = Rule(id="spec/bad-pattern")

PATTERNS: Final = (
    ("routing", "routes", "*", "match", "*", "matches"),
    ("routing", "routes", "*", "match", "*", "not_matches"),
    ("scrape", "*", "relabel", "*", "regex"),
    ("scrape", "*", "metric_relabel", "*", "regex"),
)
"""Where regular expressions stand."""

FILES: Final = (("retention", "*", "files"), ("retention", "*", "files", "*"))
"""Where patterns of files stand."""


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each pattern of the member that its target would refuse."""
    for pattern in PATTERNS:
        for path, text in texts(view.member.root, pattern):
            reason = problem(text)
            if reason is not None:
                yield RULE.fault(
                    Place(path),
                    f"`{text}` is not a regular expression that Prometheus reads",
                    label=reason,
                    help="write it in the syntax of RE2: without look-around and back-references",
                )
    for keys in FILES:
        for path, text in texts(view.member.root, keys):
            opened = text.rfind("[")
            if opened >= 0 and "]" not in text[opened + 2 :]:
                yield RULE.fault(
                    Place(path, "value", (opened, opened + 1)),
                    "a bracket is never closed, so that the pattern fits no file",
                    help="close it, `[ab]`; a bracket that is meant is written `[[]`",
                )
