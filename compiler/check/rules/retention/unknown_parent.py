"""Rows are said to go along with those of a table that does not expire.

## What it does
Looks for the table that `of` of each dependent names among the table that expires and the other
dependents, and whether that leads to the table that expires, at last.

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
    from collections.abc import Iterator, Mapping
    from typing import TypeAlias

    from compiler.model.retention import Rows
    from compiler.source.fault import Fault

    Table: TypeAlias = tuple[str, str]

RULE = Rule(id="retention/unknown-parent")


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each dependent of the member whose rows refer to what stays."""
    for name, data in view.member.spec.retention.items():
        rows = data.rows
        if rows is None:
            continue
        named = (rows.table, *rows.dependents)
        known = {schema_and_name(table) for table in named}
        parents = _parents(rows)
        for table, dependent in rows.dependents.items():
            if dependent.of is None:
                continue
            is_known = schema_and_name(dependent.of) in known
            if is_known and _expires(schema_and_name(table), parents):
                continue
            close = None if is_known else nearest(dependent.of, named)
            yield RULE.fault(
                Place(("retention", name, "rows", "dependents", table, "of")),
                f"`{dependent.of}` neither expires nor goes along",
                label=f"did you mean `{close}`?" if close else "",
                help=f"name `{rows.table}` or another of its `dependents`",
            )


def _parents(rows: Rows) -> dict[Table, Table]:
    """Return what each dependent goes along with."""
    return {
        schema_and_name(table): schema_and_name(dependent.of or rows.table)
        for table, dependent in rows.dependents.items()
    }


def _expires(table: Table, parents: Mapping[Table, Table]) -> bool:
    """Whether what a dependent goes along with leads out of the dependents, and not in a circle."""
    seen = set()
    while table in parents and table not in seen:
        seen.add(table)
        table = parents[table]
    return table not in seen
