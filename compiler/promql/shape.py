"""What a query is made of, as far as writing something behind it needs to know."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compiler.promql.parse import Query, parse

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

_LOOSE: Final[AbstractSet[str]] = frozenset({"BinaryExpr", "UnaryExpr"})


def binds_loosely(query: str) -> bool:
    """Whether a comparison written behind the query would bind to a part of it alone.

    A query that cannot be read counts as loose.
    """
    parsed = parse(query)
    return not isinstance(parsed, Query) or type(parsed.tree).__name__ in _LOOSE
