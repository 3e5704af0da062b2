"""Tables of a database: names enter, what they are leaves, the system's never among them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from runtime.contract.database import schema_and_name
from runtime.contract.frozen import Frozen, frozen
from runtime.kinds.postgres.session import DatabaseError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from psycopg.sql import Identifier

    from runtime.kinds.postgres.session import Rows

LISTED: Final = 100
"""Most tables, or indexes, that facts name; the output names all."""

_TABLES: Final = """
SELECT c.oid::bigint, n.nspname, c.relname, c.relkind::text, c.relispartition
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'm', 'p') AND c.relpersistence <> 't'
  AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp)'
ORDER BY n.nspname, c.relname
"""
_LEAVES: Final = """
SELECT relid::oid::bigint FROM pg_partition_tree(%(oid)s::bigint::oid::regclass) WHERE isleaf
"""
_COLUMNS: Final = """
SELECT attname FROM pg_attribute
WHERE attrelid = %(oid)s::bigint::oid AND attnum > 0 AND NOT attisdropped
"""


@frozen
class Named(Frozen):
    """What has a name in a schema: a table, an index."""

    schema: str
    name: str

    @property
    def shown(self) -> str:
        """The name for people, with its schema."""
        return f"{self.schema}.{self.name}"

    @property
    def identifier(self) -> Identifier:
        """The name as a statement has it."""
        from psycopg import sql

        return sql.Identifier(self.schema, self.name)


@frozen
class Table(Named):
    """One table; `kind` is its ``relkind``: r, m or p, for one that is made of partitions."""

    oid: int
    kind: str
    is_partition: bool


def named(connection: Rows, names: Collection[str]) -> tuple[Table, ...]:
    """Given names of tables, return them in that order. Raise `DatabaseError` if one is not."""
    known = {(table.schema, table.name): table for table in _all(connection)}
    missing = [name for name in names if schema_and_name(name) not in known]
    if missing:
        shown = ", ".join(f"`{'.'.join(schema_and_name(name))}`" for name in missing)
        raise DatabaseError(f"there is no table {shown}")
    return tuple(known[schema_and_name(name)] for name in names)


def roots(connection: Rows, names: Collection[str] | None) -> tuple[Table, ...]:
    """Given names, return the tables; given none, all, a partitioned one instead of its parts."""
    if names:
        return named(connection, names)
    return tuple(table for table in _all(connection) if not table.is_partition)


def stored(connection: Rows, names: Collection[str] | None) -> tuple[Table, ...]:
    """Given names, return the tables that hold rows, a partitioned one's parts instead of it.

    Given none, return all.
    """
    every = tuple(table for table in _all(connection) if table.kind != "p")
    if not names:
        return every
    wanted = {oid for table in named(connection, names) for oid in _leaves(connection, table)}
    return tuple(table for table in every if table.oid in wanted)


def columns(connection: Rows, table: Table) -> frozenset[str]:
    """Given a table, return the names of its columns."""
    return frozenset(name for (name,) in connection.execute(_COLUMNS, {"oid": table.oid}))


def _leaves(connection: Rows, table: Table) -> Iterable[int]:
    if table.kind != "p":
        return (table.oid,)
    return tuple(oid for (oid,) in connection.execute(_LEAVES, {"oid": table.oid}))


def _all(connection: Rows) -> tuple[Table, ...]:
    return tuple(
        Table(oid=oid, schema=schema, name=name, kind=kind, is_partition=is_partition)
        for oid, schema, name, kind, is_partition in connection.execute(_TABLES)
    )
