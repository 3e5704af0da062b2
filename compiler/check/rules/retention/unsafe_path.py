"""A place that must not be deleted from.

## What it does
Looks at the root of every place in `retention`, the folder that deletion never leaves: the file
system itself, folders of the system, folders that many share, homes, the folder in which
`opsrun` keeps its journal, and paths with `.` or `..` in them.

## Why is this bad
One run deletes what lies below. The runtime refuses such roots too, at night; here it is told at
the desk.

## Example
```yaml
retention:
  temporary: {files: /var/*.tmp, keep: 7d}
jobs:
  expire: {run: files.expire, of: temporary, schedule: daily at 03:00, timeout: 10m}
```

## Use instead
```yaml
retention:
  temporary: {files: /var/tmp/tabular/*.tmp, keep: 7d}
jobs:
  expire: {run: files.expire, of: temporary, schedule: daily at 03:00, timeout: 10m}
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from compiler.check.rule import Rule, View
from compiler.check.walk import entries
from compiler.lower.subjects import place as place_of
from compiler.source.fault import Place
from compiler.source.tree import Seq
from runtime.contract.roots import is_home, is_plain, problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.source.fault import Fault
    from compiler.source.tree import Path

RULE = Rule(id="retention/unsafe-path")


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each place of the member that deletion must not begin at."""
    for path, node in entries(view.member.root, ("retention", "*", "files")):
        for below, text in _texts(path, node):
            problem = _problem(text)
            if problem is not None:
                headline, help_line = problem
                yield RULE.fault(Place(below), headline, help=help_line)


def _texts(path: Path, node: Any) -> Iterator[tuple[Path, str]]:
    """Yield each place that `files` names, whether it is one or a list."""
    for below, value in enumerate(node) if isinstance(node, Seq) else [(None, node)]:
        if isinstance(value, str) and value.startswith("/"):
            yield (path if below is None else (*path, below)), value


def _problem(text: str) -> tuple[str, str] | None:
    """Given a place, return what is wrong with it and the way out, or None."""
    # The root of a pattern is plain where the pattern itself is not, as in `/srv/x/*/../y`.
    if not is_plain(text.removesuffix("/") or "/"):
        return f"`{text}` is not written in its plain form", "write it without `.`, `..` and `//`"
    root = place_of(text).root
    phrase = problem(root)
    if phrase is None:
        return None
    if is_home(root):
        return f"`{root}` {phrase}", "name a folder below it"
    way_out = "name a folder of the service's own, such as `/var/lib/tabular/…`"
    return f"`{root}` {phrase}", way_out
