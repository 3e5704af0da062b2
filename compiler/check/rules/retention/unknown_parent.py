"""Rows are said to go along with those of a table that does not expire.

## What it does
Looks for the table that `of` of each dependent names among the table that expires and the other
dependents.

## Why is this bad
Nothing goes that its rows could go along with: the job refuses to delete anything.

## Example
```yaml
resources:
  database: {postgres: {dsn: {credential: database}}}
retention:
  orders:
    rows:
      in: database
      table: orders
      column: created_at
      dependents: {notes: {of: items}}
    keep: 90d
jobs:
  expire: {run: data.expire, of: orders, schedule: daily at 01:00, timeout: 10m}
```

## Use instead
```yaml
resources:
  database: {postgres: {dsn: {credential: database}}}
retention:
  orders:
    rows:
      in: database
      table: orders
      column: created_at
      dependents: {items: {}, notes: {of: items}}
    keep: 90d
jobs:
  expire: {run: data.expire, of: orders, schedule: daily at 01:00, timeout: 10m}
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.check.rule import Rule, View
from compiler.source.fault import Place
from compiler.source.suggest import nearest
from runtime.contract.database import schema_and_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.source.fault import Fault

RULE = Rule(id="retention/unknown-parent")


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each dependent of the member whose rows refer to what stays."""
    for name, data in view.member.spec.retention.items():
        rows = data.rows
        if rows is None:
            continue
        named = (rows.table, *rows.dependents)
        known = {schema_and_name(table) for table in named}
        for table, dependent in rows.dependents.items():
            if dependent.of is None or schema_and_name(dependent.of) in known:
                continue
            close = nearest(dependent.of, named)
            yield RULE.fault(
                Place(("retention", name, "rows", "dependents", table, "of")),
                f"`{dependent.of}` neither expires nor goes along",
                label=f"did you mean `{close}`?" if close else "",
                help=f"name `{rows.table}` or another of its `dependents`",
            )
