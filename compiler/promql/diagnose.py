"""What promql-parser says of a query, said to people, at the place it speaks of.

Its messages have no positions. Those that name a word are looked for among the tokens; of the
others the smallest call that draws the same message by itself is the place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compiler.promql.fault import SyntaxFault
from compiler.promql.grammar import bracket_fault, first_fault
from compiler.promql.matchers import matcher_fault
from compiler.promql.messages import by_message
from compiler.promql.refused import Refused, at

if TYPE_CHECKING:
    from collections.abc import Sequence

    from compiler.promql.tokens import Token

_CURLY: Final = frozenset("“”„‟\u2018\u2019\u201a«»")


def diagnose(text: str, tokens: Sequence[Token], message: str) -> SyntaxFault:
    """Given a query that was refused, its tokens and the message, return the fault."""
    if not tokens:
        return SyntaxFault(headline="the query is empty", start=0, end=len(text))
    return (
        _unknown_character(tokens)
        or bracket_fault(tokens)
        or matcher_fault(tokens)
        or by_message(Refused(text, tokens, message))
        or first_fault(tokens)
        or _whole(text, message)
    )


def _whole(text: str, message: str) -> SyntaxFault:
    """Return the fault in its own words, at the query without the space around it."""
    start = len(text) - len(text.lstrip())
    headline = message if message != "invalid promql query" else "this is not a PromQL query"
    return SyntaxFault(headline=headline, start=start, end=len(text.rstrip()))


def _unknown_character(tokens: Sequence[Token]) -> SyntaxFault | None:
    """Return the fault of the first token that no query can have."""
    index = next((i for i, token in enumerate(tokens) if token.kind == "unknown"), None)
    if index is None or tokens[index].text == "~":
        return None
    token = tokens[index]
    if token.text[0] in "\"'`":
        quote = token.text[0]
        return SyntaxFault(
            headline="a text is never closed",
            start=token.start,
            end=token.start + 1,
            label="opened here",
            help=f"close it with `{quote}` on the same line" if quote != "`" else "",
        )
    if token.text in _CURLY:
        return at(token, f"`{token.text}` is not a quote of PromQL", 'did you mean `"`?')
    if token.text == "$":
        return at(
            token,
            "a query knows no variables",
            "",
            "variables are Grafana's; write the value, such as a range of `[5m]`",
        )
    if token.text in "&|!":
        words = {"&": "and", "|": "or", "!": "unless"}
        return at(token, f"`{token.text}` is no operator", f"did you mean `{words[token.text]}`?")
    if token.text == ".":
        return at(
            token, "a name here has no dots", "", "metric names are letters, digits, `_`, `:`"
        )
    return at(token, f"`{token.text}` cannot stand in a query")
