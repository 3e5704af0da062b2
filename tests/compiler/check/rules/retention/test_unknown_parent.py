from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.compiler.check.examples import findings

if TYPE_CHECKING:
    from pathlib import Path

SPEC = """\
resources:
  database: {{postgres: {{dsn: {{credential: database}}}}}}
retention:
  orders:
    keep: 90d
    rows: {{in: database, table: orders, column: created_at, dependents: {dependents}}}
jobs:
  expire: {{run: data.expire, of: orders, schedule: daily at 03:00, timeout: 10m}}
"""


@pytest.mark.parametrize(
    ("dependents", "stay"),
    [
        ("{items: {}, notes: {of: items}}", []),
        ("{notes: {of: items}, items: {of: public.orders}}", []),
        ("{notes: {of: item}}", ["item"]),
        ("{notes: {of: items}, items: {of: notes}}", ["items", "notes"]),
        ("{items: {of: items}}", ["items"]),
    ],
)
def test_what_goes_along_must_lead_to_what_expires(
    dependents: str, stay: list[str], tmp_path: Path
) -> None:
    """A circle leads nowhere: nothing in it would ever go."""
    found = findings(SPEC.format(dependents=dependents), tmp_path)

    assert [f"`{one}` neither expires nor goes along" for one in stay] == [
        each.headline for each in found if each.id == "retention/unknown-parent"
    ]
