"""Something is said of rows or objects that only files have.

## What it does
Looks for `keep_latest`, `remove_empty_folders` and `rotate` in classes of data that are not files.

## Why is this bad
It reads as if the newest stayed however old they are; nothing keeps them.

## Example
```yaml
resources:
  database: {postgres: {dsn: {credential: database}}}
retention:
  orders: {rows: {in: database, table: orders, column: created_at}, keep: 90d, keep_latest: 10}
jobs:
  expire: {run: data.expire, of: orders, schedule: daily at 01:00, timeout: 10m}
```

## Use instead
```yaml
resources:
  database: {postgres: {dsn: {credential: database}}}
retention:
  orders: {rows: {in: database, table: orders, column: created_at}, keep: 90d}
jobs:
  expire: {run: data.expire, of: orders, schedule: daily at 01:00, timeout: 10m}
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compiler.check.rule import Rule, View
from compiler.source.fault import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.source.fault import Fault

RULE = Rule(id="retention/not-applicable")

OF_FILES: Final = ("keep_latest", "remove_empty_folders", "rotate")


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each thing that a class of rows or objects of the member says in vain."""
    for name, data in view.member.spec.retention.items():
        if data.files is not None:
            continue
        what = "rows" if data.rows is not None else "objects"
        for key in OF_FILES:
            if getattr(data, key):
                yield RULE.fault(
                    Place(("retention", name, key), "key"),
                    f"{what} have no `{key}`",
                    label="no effect",
                    help="leave it out: it is said of `files`",
                )
