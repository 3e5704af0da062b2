"""Which rows go, as SQL: a family of tables enters, conditions on an alias leave; pure.

A row of the head goes when it is old, and nothing that stays refers to it, be it through rows that
would go along. A row of a dependent goes when one that it refers to goes.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from psycopg import sql

if TYPE_CHECKING:
    from collections.abc import Sequence

    from psycopg.sql import Composable, Composed

    from runtime.kinds.expiry.links import Family, Link
    from runtime.kinds.postgres.tables import Table


class Conditions:
    """The conditions for one family and the column that says how old a row is.

    Statements have the parameter `before`: an instant, of which what is older goes.
    """

    def __init__(self, family: Family, column: str) -> None:
        self._family = family
        self._column = column
        self._numbers = count(1)

    def goes(self, table: Table, alias: str) -> Composed:
        """Return that a row of a table goes; whether another one still refers to it is left out."""
        if table.oid == self._family.head.oid:
            stays = self._stays(table.oid, alias)
            return _all([self.is_old(alias), *([_not(stays)] if stays else [])])
        return _any([self._parent_goes(link, alias) for link in self._family.of_child(table.oid)])

    def is_free(self, table: Table, alias: str) -> Composed:
        """Return that no row of the family refers to a row of a table."""
        links = self._family.of_parent(table.oid)
        return _all([_not(self._refers(link, alias)) for link in links])

    def is_old(self, alias: str) -> Composed:
        """Return that a row of the head is old."""
        return sql.SQL("{} < %(before)s").format(sql.Identifier(alias, self._column))

    def _parent_goes(self, link: Link, alias: str) -> Composed:
        parent, other = self._family.table(link.parent), self._alias()
        return sql.SQL("EXISTS (SELECT FROM {} AS {} WHERE {} AND {})").format(
            parent.identifier,
            sql.Identifier(other),
            _joined(link, alias, other),
            self.goes(parent, other),
        )

    def _stays(self, oid: int, alias: str) -> Composed | None:
        """Return that something that stays refers to a row; None when nothing could."""
        found = [self._refers(link, alias) for link in self._family.foreign_to(oid)]
        if oid == self._family.head.oid:
            found += [self._refers_to_itself(link, alias) for link in self._family.own]
        for link in self._family.of_parent(oid):
            other = self._alias()
            inner = self._stays(link.oid, other)
            if inner is not None:
                found.append(self._refers(link, alias, other, inner))
        return _any(found) if found else None

    def _refers(
        self, link: Link, alias: str, other: str | None = None, inner: Composable | None = None
    ) -> Composed:
        """Return that a row is referred to through a link, by a row of which `inner` holds."""
        name = other or self._alias()
        return sql.SQL("EXISTS (SELECT FROM {} AS {} WHERE {} AND {})").format(
            sql.Identifier(link.schema, link.name),
            sql.Identifier(name),
            _joined(link, name, alias),
            inner or sql.SQL("true"),
        )

    def _refers_to_itself(self, link: Link, alias: str) -> Composed:
        """Return that another row of the same table refers to a row."""
        name = self._alias()
        is_other = sql.SQL("({0}.tableoid, {0}.ctid) <> ({1}.tableoid, {1}.ctid)").format(
            sql.Identifier(name), sql.Identifier(alias)
        )
        return self._refers(link, alias, name, is_other)

    def _alias(self) -> str:
        return f"t{next(self._numbers)}"


def _joined(link: Link, child: str, parent: str) -> Composed:
    return _all(
        [
            sql.SQL("{} = {}").format(sql.Identifier(child, own), sql.Identifier(parent, other))
            for own, other in link.pairs
        ]
    )


def _not(condition: Composable) -> Composed:
    return sql.SQL("NOT {}").format(condition)


def _all(conditions: Sequence[Composable]) -> Composed:
    return sql.SQL("({})").format(sql.SQL(" AND ").join(conditions or [sql.SQL("true")]))


def _any(conditions: Sequence[Composable]) -> Composed:
    return sql.SQL("({})").format(sql.SQL(" OR ").join(conditions))
