"""Data is said to be in something that cannot have it.

## What it does
Compares `rows` and `objects` of each class of data with the resource that `in` names: rows are in a
`postgres`, objects in a `bucket`.

## Why is this bad
Nothing of it would ever be deleted.

## Example
```yaml
resources:
  database: {postgres: {dsn: {credential: database}}}
retention:
  exports: {objects: {in: database, prefix: exports/}, keep: 30d}
jobs:
  expire: {run: data.expire, of: exports, schedule: daily at 01:00, timeout: 10m}
```

## Use instead
```yaml
resources:
  exports: {bucket: {name: tabular-exports, region: eu-central-1}}
retention:
  exports: {objects: {in: exports, prefix: exports/}, keep: 30d}
jobs:
  expire: {run: data.expire, of: exports, schedule: daily at 01:00, timeout: 10m}
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.check.rule import Rule, View
from compiler.model.resources import kind_of
from compiler.source.fault import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.source.fault import Fault

RULE = Rule(id="retention/misplaced")


def check(view: View) -> Iterator[Fault]:
    """Yield a fault for each class of data of the member that is not where it is said to be."""
    for name, data in view.member.spec.retention.items():
        for key, place, wanted in (
            ("rows", data.rows, "postgres"),
            ("objects", data.objects, "bucket"),
        ):
            resource = view.member.spec.resources.get(place.in_) if place is not None else None
            if place is not None and resource is not None and kind_of(resource) != wanted:
                yield RULE.fault(
                    Place(("retention", name, key, "in")),
                    f"`{place.in_}` is a `{kind_of(resource)}`, which holds no {key}",
                    help=f"name a `{wanted}`",
                )
