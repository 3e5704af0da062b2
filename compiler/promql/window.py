"""`$window` in a query: the range that the rules of an SLO ask it for, each its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from compiler.promql.tree import Query

WINDOW: Final = "$window"
"""What stands for the range in an expression of an SLI."""
STAND_IN: Final = "000005m"
"""What is read in its place: as many characters, so that places stay."""


def with_stand_in(text: str) -> str:
    """Given a query, return it as the parser can read it."""
    return text.replace(WINDOW, STAND_IN)


def read(text: str) -> Query | None:
    """Given a query with or without `$window`, return it read, or None when it cannot be."""
    from compiler.promql.parse import parse
    from compiler.promql.tree import Query

    found = parse(with_stand_in(text))
    return found if isinstance(found, Query) else None
