"""Which tables refer to which: the database's foreign keys and the plan enter, an order leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from runtime.contract.database import schema_and_name
from runtime.contract.frozen import Frozen, frozen
from runtime.kinds.postgres.session import DatabaseError
from runtime.kinds.postgres.tables import columns, named

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from runtime.contract.data_expire import Dependent, ExpireRows
    from runtime.kinds.postgres.session import Rows
    from runtime.kinds.postgres.tables import Table

_KEYS: Final = """
SELECT k.conrelid::bigint, n.nspname, c.relname, k.confrelid::bigint, k.confdeltype::text,
       (SELECT array_agg(a.attname::text ORDER BY u.place) FROM unnest(k.conkey)
            WITH ORDINALITY AS u (number, place)
        JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.number),
       (SELECT array_agg(a.attname::text ORDER BY u.place) FROM unnest(k.confkey)
            WITH ORDINALITY AS u (number, place)
        JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.number)
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE k.contype = 'f' AND k.conparentid = 0 AND k.confrelid = ANY(%(oids)s::bigint[]::oid[])
ORDER BY n.nspname, c.relname, k.conname
"""
"""Foreign keys that refer to some tables, those of partitions with those of the whole."""

_LOOSE: Final = ("n", "d")
"""Keys of rows that stay, and refer to nothing or to something else: ``SET NULL``, ``DEFAULT``."""


@frozen
class Link(Frozen):
    """Rows of one table that refer to rows of another, by pairs of columns: theirs, and those.

    One that is loose lets go when what it refers to goes.
    """

    schema: str
    name: str
    oid: int
    parent: int
    pairs: tuple[tuple[str, str], ...]
    is_loose: bool = False


@frozen
class Family(Frozen):
    """Tables whose rows go together: `head` is whose age counts, `order` is all, children first.

    `links` are those between them, `own` those of the head to itself, `foreign` those of tables
    that are not named: a row that one of these refers to stays, and what would go along with it.
    """

    head: Table
    order: tuple[Table, ...]
    links: tuple[Link, ...]
    own: tuple[Link, ...]
    foreign: tuple[Link, ...]

    def of_parent(self, oid: int) -> tuple[Link, ...]:
        """Return the links to a table from others of the family."""
        return tuple(link for link in self.links if link.parent == oid)

    def of_child(self, oid: int) -> tuple[Link, ...]:
        """Return the links of a table to others of the family."""
        return tuple(link for link in self.links if link.oid == oid)

    def foreign_to(self, oid: int) -> tuple[Link, ...]:
        """Return the links to a table from those that are not named."""
        return tuple(link for link in self.foreign if link.parent == oid)

    def table(self, oid: int) -> Table:
        """Return a table of the family by its number."""
        return next(table for table in self.order if table.oid == oid)


def family(connection: Rows, parameters: ExpireRows) -> Family:
    """Given what is to expire, return the tables in the order in which rows can be deleted.

    Raise `DatabaseError` when a table or a column is not there, when nothing says how a dependent
    refers, and when tables refer to one another in a circle.
    """
    tables = named(connection, (parameters.table, *parameters.dependents))
    _refuse_parts(tables)
    head = tables[0]
    if parameters.column not in columns(connection, head):
        raise DatabaseError(f"`{head.shown}` has no column `{parameters.column}`")
    by_name = {table.shown: table for table in tables}
    every = tuple(_keys(connection, tables))
    keys = tuple(key for key in every if not key.is_loose)
    oids = {table.oid for table in tables}
    links = [key for key in keys if key.oid in oids and key.oid != key.parent]
    for name, dependent in parameters.dependents.items():
        child = by_name[".".join(schema_and_name(name))]
        links.extend(_declared(connection, child, dependent, by_name, head))
        links.extend(_missing(child, dependent, links, every, by_name))
    selves = tuple(key for key in keys if key.oid == key.parent)
    for key in selves:
        if key.oid != head.oid:
            raise DatabaseError(
                f"rows of `{key.schema}.{key.name}` refer to one another: they cannot go along"
            )
    return Family(
        head=head,
        order=_ordered(tables, links),
        links=tuple(links),
        own=selves,
        foreign=tuple(key for key in keys if key.oid not in oids),
    )


def _refuse_parts(tables: Sequence[Table]) -> None:
    for table in tables:
        if table.kind == "m":
            raise DatabaseError(f"`{table.shown}` is a view")
        if table.is_partition:
            raise DatabaseError(f"`{table.shown}` is a part of a table: name the whole")


def _keys(connection: Rows, tables: Sequence[Table]) -> Iterator[Link]:
    """Yield the foreign keys to tables."""
    asked = {"oids": [table.oid for table in tables]}
    for oid, schema, name, parent, action, own, others in connection.execute(_KEYS, asked):
        yield Link(
            schema=schema,
            name=name,
            oid=oid,
            parent=parent,
            pairs=tuple(zip(own, others, strict=True)),
            is_loose=action in _LOOSE,
        )


def _declared(
    connection: Rows,
    child: Table,
    dependent: Dependent,
    by_name: Mapping[str, Table],
    head: Table,
) -> Iterator[Link]:
    """Yield the link that a dependent's `by` declares, where it does."""
    if not dependent.by:
        return
    parent = _parent(dependent, by_name) or head
    for table, names in ((child, dependent.by), (parent, dependent.by.values())):
        missing = sorted(set(names) - columns(connection, table))
        if missing:
            raise DatabaseError(f"`{table.shown}` has no column `{missing[0]}`")
    yield Link(
        schema=child.schema,
        name=child.name,
        oid=child.oid,
        parent=parent.oid,
        pairs=tuple(dependent.by.items()),
    )


def _parent(dependent: Dependent, by_name: Mapping[str, Table]) -> Table | None:
    if dependent.of is None:
        return None
    shown = ".".join(schema_and_name(dependent.of))
    if shown not in by_name:
        raise DatabaseError(f"`{shown}` is not among the tables that expire or go along")
    return by_name[shown]


def _missing(
    child: Table,
    dependent: Dependent,
    links: Sequence[Link],
    keys: Sequence[Link],
    by_name: Mapping[str, Table],
) -> list[Link]:
    """Return the loose keys by which a dependent refers to what goes, where no others do.

    Raise `DatabaseError` when nothing says how it refers.
    """
    parent = _parent(dependent, by_name)
    parents = {one.oid for one in by_name.values()} if parent is None else {parent.oid}
    if any(link.oid == child.oid and link.parent in parents for link in links):
        return []
    loose = [key for key in keys if key.is_loose and key.oid == child.oid and key.parent in parents]
    if not loose:
        to = "the others" if parent is None else f"`{parent.shown}`"
        raise DatabaseError(
            f"`{child.shown}` has no foreign key to {to}: say in `by` which columns refer"
        )
    return loose


def _ordered(tables: Sequence[Table], links: Sequence[Link]) -> tuple[Table, ...]:
    """Return the tables, each after all that refer to it. Raise `DatabaseError` for a circle."""
    left, ordered = list(tables), []
    while left:
        referred = {link.parent for link in links if link.oid in {table.oid for table in left}}
        free = [table for table in left if table.oid not in referred]
        if not free:
            names = ", ".join(f"`{table.shown}`" for table in left)
            raise DatabaseError(f"{names} refer to one another: no order deletes their rows")
        ordered += free
        left = [table for table in left if table not in free]
    return tuple(ordered)
