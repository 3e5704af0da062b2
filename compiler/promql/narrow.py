"""A query for some of its series alone: a query and a matcher enter, the query with it leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compiler.promql.functions import AGGREGATIONS, KEYWORDS
from compiler.promql.parse import parse
from compiler.promql.tokens import partners, tokenize
from compiler.promql.tree import Query
from compiler.promql.variables import without_variables

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from compiler.promql.tokens import Token

_LISTS: Final = frozenset(("by", "without", "on", "ignoring", "group_left", "group_right"))
"""Words that a list of labels may follow."""
_NUMBERS: Final = frozenset(("inf", "nan"))


def narrowed(query: str, matcher: str) -> str:
    """Given a query, return it with a matcher in each of its selectors.

    A query that cannot be read is returned as it is.
    """
    if not isinstance(parse(without_variables(query)), Query):
        return query
    parts: list[str] = []
    end = 0
    for place, text in _insertions(tokenize(query), matcher):
        parts.extend((query[end:place], text))
        end = place
    return "".join(parts) + query[end:]


def _insertions(tokens: Sequence[Token], matcher: str) -> Iterator[tuple[int, str]]:
    """Yield where a selector's matchers begin, and what is to be put there."""
    closing = partners(tokens)
    index = 0
    while index < len(tokens):
        token = tokens[index]
        after = tokens[index + 1].text if index + 1 < len(tokens) else ""
        if token.text == "{":
            yield token.end, matcher if after == "}" else f"{matcher}, "
        elif token.kind == "word" and after != "{" and _is_metric(token, after):
            yield token.end, f"{{{matcher}}}"
        # What stands in these is no selector: matchers, a range, labels of an operator.
        if token.text in ("{", "["):
            index = closing[index]
        elif token.text.lower() in _LISTS and after == "(":
            index = closing[index + 1]
        index += 1


def _is_metric(token: Token, after: str) -> bool:
    word = token.text.lower()
    if word in KEYWORDS or word in _NUMBERS or after == "(":
        return False
    return not (word in AGGREGATIONS and after.lower() in ("by", "without"))
