"""A secret that stands in the spec.

## What it does
Asks every key that takes a secret for a reference, and looks in every text for what is a secret by
its shape: a password in an address, `password=…`, keys and tokens of AWS, GitHub, GitLab and
Slack, private keys, bearer tokens. In maps whose keys are free (labels, the parameters of a scrape,
headers) a key whose name says so, such as `password` or `api_key`, has a secret. The value is never
shown.

## Why is this bad
A spec is committed, reviewed, copied, compiled into files that many can read. A secret in it is
known to all of them, for good: take it out of use.

## Example
```yaml
routing:
  default: operations
  receivers:
    operations:
      slack: {url: "https://hooks.slack.com/services/T00/B00/nosecret", channel: "#operations"}
```

## Use instead
```yaml
routing:
  default: operations
  receivers:
    operations: {slack: {url: {file: /run/secrets/slack}, channel: "#operations"}}
```
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from compiler.check.rule import Rule, View
from compiler.source.fault import Place
from compiler.source.tree import Map, Seq
from runtime.contract.secret_shapes import is_secret_name, may_name_secrets, secrets_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from compiler.source.fault import Fault
    from compiler.source.tree import Path

RULE = Rule(id="secret/literal")

FREE: Final = frozenset(("labels", "params", "headers"))
"""Keys of maps whose own keys the author chooses."""


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each text of the member that holds what looks like a secret."""
    texts = {mark[0] for mark in view.member.root.marks.values()}
    found = [_found_in(text.characters) for text in texts]
    has_shapes = any(shapes for _names, shapes in found)
    if not has_shapes and not any(names for names, _shapes in found):
        return
    known = {fault.place.path for fault in view.member.faults if fault.rule == RULE.id}
    yield from _below(view.member.root, (), known, has_shapes=has_shapes)


@lru_cache(maxsize=16)
def _found_in(characters: str) -> tuple[bool, bool]:
    """Whether a file may name secrets, and whether it holds what looks like one.

    Its environments share the answer.
    """
    return may_name_secrets(characters), bool(secrets_in(characters))


def _below(node: Any, path: Path, known: set[Path], *, has_shapes: bool) -> Iterator[Fault]:
    """Yield the faults of a value and of all that is in it."""
    if isinstance(node, Map):
        for key, value in node.items():
            yield from _below(value, (*path, key), known, has_shapes=has_shapes)
    elif isinstance(node, Seq):
        for index, value in enumerate(node):
            yield from _below(value, (*path, index), known, has_shapes=has_shapes)
    elif path in known or node is None:
        return
    elif _is_named_secret(path) and not _is_route(path, node):
        yield RULE.fault(
            Place(path),
            f"the value of `{_name(path)}` stands in the spec",
            label="a secret",
            help="take it out of use; what is written here is copied to every server and page",
        )
    elif has_shapes and isinstance(node, str):
        for start, end, what in secrets_in(node):
            yield RULE.fault(
                Place(path, "value", (start, end)),
                f"{what} stands in the spec",
                label="a secret",
                help="take it out of use, and name where the new one is kept:"
                " `{file: /run/secrets/x}`, `{credential: x}` or `{env: X}`",
            )


def _is_named_secret(path: Path) -> bool:
    """Whether a value stands in a map of free keys, below one that names a secret.

    The labels of a metric are counts of their values, which are none.
    """
    names = [step for step in path if isinstance(step, str)]
    return (
        len(names) > 1 and names[0] != "metrics" and names[-2] in FREE and is_secret_name(names[-1])
    )


def _is_route(path: Path, value: object) -> bool:
    """Whether a label `routing_key` is the name of a route, and not PagerDuty's key."""
    return _name(path) == "routing_key" and re.fullmatch("[A-Za-z0-9]{32}", str(value)) is None


def _name(path: Path) -> str:
    return next(step for step in reversed(path) if isinstance(step, str))
