"""A query that promql-parser has refused, and which part of it drew the message."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compiler.promql.fault import SyntaxFault
from compiler.promql.tokens import Token, partners
from compiler.promql.tree import read
from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_CALLS: Final = 40
"""Calls of a query that are tried by themselves."""


@frozen(kw_only=False)
class Refused(Frozen):
    """A query's text, its tokens, and promql-parser's message."""

    text: str
    tokens: Sequence[Token]
    message: str

    def calls(self) -> list[tuple[int, int]]:
        """Return the token indexes of each call's name and closing bracket, the smallest first."""
        closing = partners(self.tokens)
        found = []
        for index, token in enumerate(self.tokens[:-1]):
            if token.kind != "word":
                continue
            opening = index + 1
            is_clause = self.tokens[opening].text.lower() in ("by", "without")
            if is_clause and opening + 1 in closing:
                opening = closing[opening + 1] + 1
            if opening in closing and self.tokens[opening].text == "(":
                found.append((index, closing[opening]))
        return sorted(found, key=lambda pair: pair[1] - pair[0])

    def culprit(self, name: str = "") -> Token | None:
        """Return the name of the smallest call that draws the message by itself.

        `name` limits the search to calls of one function.
        """
        for first, last in self.calls()[:MAX_CALLS]:
            if name and self.tokens[first].text.lower() != name.lower():
                continue
            if read(self.text[self.tokens[first].start : self.tokens[last].end]) == self.message:
                return self.tokens[first]
        return None


def at(token: Token, headline: str, label: str = "", help_line: str = "") -> SyntaxFault:
    """Return a fault at one token."""
    return SyntaxFault(
        headline=headline, start=token.start, end=token.end, label=label, help=help_line
    )
