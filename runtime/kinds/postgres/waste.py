"""What tables and indexes waste: a connection and tables enter, numbers of each leave."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from runtime.contract.frozen import Frozen, frozen
from runtime.kinds.postgres.estimate import (
    Column,
    entry_bytes,
    index_usable,
    needed_bytes,
    row_bytes,
    table_usable,
)
from runtime.kinds.postgres.session import DatabaseError, run

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from runtime.kinds.postgres.session import Rows
    from runtime.kinds.postgres.tables import Table

EXTENSION: Final = "pgstattuple"
TABLE_FILL: Final = 100
INDEX_FILL: Final = 90
"""Fill factors in percent where none is set, as PostgreSQL's documentation says them."""

_RELATIONS: Final = """
SELECT c.oid::bigint, n.nspname, c.relname, c.relkind = 'i', pg_relation_size(c.oid),
       greatest(c.reltuples, -1)::float8,
       coalesce(pg_stat_get_dead_tuples(c.oid), 0),
       (SELECT option_value::int FROM pg_options_to_table(c.reloptions)
        WHERE option_name = 'fillfactor'),
       c.relkind <> 'i' OR m.amname = 'btree', current_setting('block_size')::int
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_index i ON i.indexrelid = c.oid
LEFT JOIN pg_am m ON m.oid = c.relam
WHERE c.oid = %(oid)s::bigint::oid
   OR (c.relkind = 'i' AND i.indisvalid AND i.indrelid = %(oid)s::bigint::oid)
ORDER BY n.nspname, c.relname
"""
"""A table and its indexes. Rows are -1 before the first `ANALYZE`."""

_COLUMNS: Final = """
SELECT a.attrelid::bigint, s.avg_width::float8, s.null_frac::float8, a.attlen, a.attalign::text
FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid
LEFT JOIN pg_index i ON i.indexrelid = c.oid
LEFT JOIN pg_class t ON t.oid = i.indrelid
LEFT JOIN pg_attribute b
    ON b.attrelid = i.indrelid AND b.attnum = (i.indkey::int2[])[a.attnum - 1] AND b.attnum > 0
LEFT JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_stats s ON s.schemaname = n.nspname AND NOT s.inherited
    AND (s.tablename, s.attname) = (
        CASE WHEN b.attname IS NULL THEN c.relname ELSE t.relname END,
        coalesce(b.attname, a.attname)
    )
WHERE a.attrelid = ANY(%(oids)s::bigint[]::oid[]) AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attrelid, a.attnum
"""
"""Columns of tables and of indexes in order, with statistics; those of an index that are a column
of its table have the table's."""

_INSTALLED: Final = """
SELECT n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
WHERE e.extname = %(name)s
"""


@frozen
class Waste(Frozen):
    """One table or index: its bytes, and how many of them are wasted; None when it is unknown.

    Wasted is what it would be smaller by if it were written anew, filled as it is said to be.
    `dead_rows` are those of a table that the statistics know.
    """

    name: str
    is_index: bool
    size_bytes: int
    wasted_bytes: int | None
    dead_rows: int

    @property
    def wasted_ratio(self) -> float | None:
        """The share that is wasted."""
        if self.wasted_bytes is None:
            return None
        return self.wasted_bytes / self.size_bytes if self.size_bytes else 0.0


@frozen
class _Relation(Frozen):
    """One row of `_RELATIONS`."""

    oid: int
    name: str
    is_index: bool
    size_bytes: int
    rows: float
    dead_rows: int
    fill_ratio: float
    is_known: bool
    block: int


def measuring_schema(connection: Rows) -> str:
    """Return the schema of what measures. Raise `DatabaseError` when it is not installed."""
    installed = run(connection, _INSTALLED, {"name": EXTENSION}).fetchone()
    if installed is None:
        raise DatabaseError(
            f"the extension {EXTENSION} is not there: create it, or leave `measured` out"
        )
    return str(installed[0])


def wastes(connection: Rows, table: Table, measuring: str | None) -> tuple[Waste, ...]:
    """Given a table, return what it and its indexes waste.

    It is measured by the functions of the schema `measuring`, or estimated without one. Raise
    `RefusedError` when the server does not answer that.
    """
    relations = tuple(_relations(connection, table))
    if measuring is None:
        found = _estimated(connection, relations)
    else:
        found = _measured(connection, relations, measuring)
    return tuple(
        Waste(
            name=one.name,
            is_index=one.is_index,
            size_bytes=one.size_bytes,
            wasted_bytes=None if wasted is None else min(max(0, wasted), one.size_bytes),
            dead_rows=one.dead_rows,
        )
        for one, wasted in zip(relations, found, strict=True)
    )


def _relations(connection: Rows, table: Table) -> Iterator[_Relation]:
    for row in run(connection, _RELATIONS, {"oid": table.oid}).fetchall():
        oid, schema, name, is_index, size, rows, dead, fill, is_known, block = row
        yield _Relation(
            oid=oid,
            name=f"{schema}.{name}",
            is_index=is_index,
            size_bytes=size,
            rows=rows,
            dead_rows=0 if is_index else dead,
            fill_ratio=(fill or (INDEX_FILL if is_index else TABLE_FILL)) / 100,
            is_known=is_known,
            block=block,
        )


def _estimated(connection: Rows, relations: Sequence[_Relation]) -> Iterator[int | None]:
    columns: dict[int, list[Column | None]] = {}
    asked = {"oids": [one.oid for one in relations]}
    for oid, width, nulls, length, alignment in run(connection, _COLUMNS, asked):
        known = width is not None
        columns.setdefault(oid, []).append(
            Column(width_bytes=width, null_ratio=nulls, length=length, alignment=alignment)
            if known
            else None
        )
    for one in relations:
        found = columns.get(one.oid, [])
        known_columns = [column for column in found if column is not None]
        # What is empty has no statistics of its columns, and needs no room for any.
        is_known = one.rows == 0 or (one.rows > 0 and len(known_columns) == len(found))
        if one.is_known and is_known:
            yield one.size_bytes - _needed(one, known_columns)
        else:
            yield None


def _needed(one: _Relation, columns: Sequence[Column]) -> int:
    if not one.is_index:
        usable = table_usable(one.block, one.fill_ratio)
        return needed_bytes(one.rows, row_bytes(columns), usable=usable, block=one.block)
    usable = index_usable(one.block, one.fill_ratio)
    leaves = needed_bytes(one.rows, entry_bytes(columns), usable=usable, block=one.block)
    # The first page of a B-tree says where its root is.
    return leaves + one.block


def _measured(
    connection: Rows, relations: Sequence[_Relation], schema: str
) -> Iterator[int | None]:
    from psycopg import sql

    of_table = sql.SQL(
        "SELECT dead_tuple_len + free_space FROM {}(%(oid)s::bigint::oid::regclass)"
    ).format(sql.Identifier(schema, "pgstattuple"))
    of_index = sql.SQL(
        "SELECT leaf_pages, empty_pages + deleted_pages, avg_leaf_density"
        " FROM {}(%(oid)s::bigint::oid::regclass)"
    ).format(sql.Identifier(schema, "pgstatindex"))
    for one in relations:
        if not one.is_known:
            yield None
        elif not one.is_index:
            row = run(connection, of_table, {"oid": one.oid}).fetchone()
            used = one.size_bytes - (0 if row is None else row[0])
            yield one.size_bytes - int(used / one.fill_ratio)
        else:
            row = run(connection, of_index, {"oid": one.oid}).fetchone()
            leaves, empty, density = row or (0, 0, 0.0)
            # Without any entry the density is not a number.
            is_filled = leaves and not math.isnan(density)
            kept = density / 100 / one.fill_ratio if is_filled else 0.0
            yield int((empty + leaves * max(0.0, 1 - kept)) * one.block)
