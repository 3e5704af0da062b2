"""A place that must not be deleted from.

## What it does
Looks at the root of every place in `retention`, the folder that deletion never leaves: the file
system itself, folders of the system, homes, and paths with `.` or `..` in them.

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

from typing import TYPE_CHECKING, Any, Final

from compiler.check.rule import Rule, View
from compiler.check.walk import entries
from compiler.lower.jobs import place as place_of
from compiler.source.fault import Place
from compiler.source.tree import Seq

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.source.fault import Fault
    from compiler.source.tree import Path

RULE = Rule(id="retention/unsafe-path")

SYSTEM: Final = frozenset(
    (
        *("/bin", "/boot", "/dev", "/etc", "/lib", "/lib32", "/lib64", "/libx32", "/proc"),
        *("/run", "/sbin", "/sys", "/usr"),
    )
)
"""Folders of the system: nothing below them is data of a service, `/run` apart."""

SHARED: Final = frozenset(
    (
        *("/data", "/home", "/media", "/mnt", "/opt", "/root", "/srv", "/tmp", "/var"),  # noqa: S108  # named to be refused
        *("/var/backups", "/var/cache", "/var/lib", "/var/log", "/var/mail", "/var/opt"),
        *("/var/run", "/var/spool", "/var/tmp", "/usr/local"),  # noqa: S108  # named to be refused
    )
)
"""Folders that hold what belongs to many; a folder of one's own below them is meant."""


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
    parts = text.split("/")[1:]
    if any(part in (".", "..") for part in parts) or "" in parts[:-1]:
        return f"`{text}` is not written in its plain form", "write it without `.`, `..` and `//`"
    root = place_of(text).root
    own = "name a folder of the service's own, such as `/var/lib/tabular/…`"
    if root == "/":
        return f"deletion would begin at the top of the file system, of `{text}`", own
    if root in SHARED:
        return f"`{root}` holds what belongs to others", own
    top = "/" + parts[0]
    if root in SYSTEM or (top in SYSTEM and top != "/run" and not root.startswith("/usr/local/")):
        return f"`{root}` belongs to the system", own
    if _is_home(root):
        return f"`{root}` is a home folder", "name a folder below it"
    return None


def _is_home(root: str) -> bool:
    return root.startswith("/home/") and root.count("/") == 2
