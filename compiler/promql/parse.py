"""A query's text becomes a tree, or a fault with its place.

promql-parser decides; it is only asked about queries that are small enough for it (`shape`), as it
ends the process on others. Results are kept by text, up to a bounded size.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compiler.promql.shape import MAX_CHARACTERS, too_large, weight
from compiler.promql.tokens import tokenize
from compiler.promql.tree import read

if TYPE_CHECKING:
    from compiler.promql.fault import SyntaxFault
    from compiler.promql.tree import Query

MAX_KEPT_WEIGHT: Final = 100_000
"""Weight of the queries that are kept together; see `shape.MAX_WEIGHT`."""


class _Kept:
    """Results by text, the oldest dropped when they grow too heavy together."""

    def __init__(self) -> None:
        self.results: dict[str, tuple[int, Query | SyntaxFault]] = {}
        self.total = 0

    def keep(self, text: str, cost: int, result: Query | SyntaxFault) -> None:
        self.results[text] = (cost, result)
        self.total += cost
        while self.total > MAX_KEPT_WEIGHT and self.results:
            oldest = next(iter(self.results))
            self.total -= self.results.pop(oldest)[0]


_kept: Final = _Kept()


def parse(text: str) -> Query | SyntaxFault:
    """Given a query, return it read, or the first thing that is wrong with it. Never raise."""
    known = _kept.results.get(text)
    if known is not None:
        return known[1]
    if len(text) > MAX_CHARACTERS:
        return too_large(f"the query is longer than {MAX_CHARACTERS:,} characters")
    tokens = tokenize(text)
    cost, refusal = weight(tokens)
    if refusal is not None:
        return refusal
    outcome = read(text)
    if isinstance(outcome, str):
        from compiler.promql.diagnose import diagnose

        result: Query | SyntaxFault = diagnose(text, tokens, outcome)
    else:
        result = outcome
    _kept.keep(text, cost + 10, result)
    return result
