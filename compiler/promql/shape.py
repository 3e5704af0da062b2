"""How deep and how large a query is, and how its outermost operator binds. Reads tokens alone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from compiler.promql.fault import SyntaxFault
from compiler.promql.tokens import Token, tokenize

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_CHARACTERS: Final = 20_000
"""Characters of a query."""
MAX_NESTING: Final = 100
"""Brackets within brackets; promql-parser ends the process at some 20,000."""
MAX_SIGNS: Final = 100
"""Signs before operands."""
MAX_OPERATORS: Final = 250
"""Operators between operands; promql-parser ends the process at a chain of some 5,000."""
MAX_WEIGHT: Final = 100_000
"""Tokens times depth: promql-parser copies every subtree once for each level above it, and needs
about half a kilobyte for each of these."""
MAX_PATTERN_WEIGHT: Final = 30_000
"""Size of all regular expressions once their repetitions are written out; each is compiled."""

_WORDS: Final = frozenset(("and", "or", "unless", "atan2"))
_REPEAT: Final = re.compile(r"\{([0-9]{1,6})(?:,([0-9]{0,6}))?\}")
_CLASS: Final = re.compile(r"\\+[a-zA-Z]|\[\^|\[:")
_LOOSE: Final = frozenset(("and", "or", "unless", "==", "!=", ">", "<", ">=", "<="))


def binds_loosely(query: str) -> bool:
    """Whether a comparison put behind the query would not compare the whole of it."""
    depth = 0
    for token in tokenize(query):
        if token.kind == "open":
            depth += 1
        elif token.kind == "close":
            depth -= 1
        elif depth == 0 and token.text.lower() in _LOOSE:
            return True
    return False


def is_operand_end(token: Token | None) -> bool:
    """Whether an operand can end with the token, so that a sign after it is an operator."""
    if token is None:
        return False
    if token.kind == "word":
        return token.text.lower() not in _WORDS and token.text.lower() != "bool"
    return token.kind in ("number", "text", "close")


def weight(tokens: Sequence[Token]) -> tuple[int, SyntaxFault | None]:
    """Given a query's tokens, return what it costs to parse, and why it is refused, if it is."""
    open_brackets: list[str] = []
    deepest = signs = operators = patterns = 0
    previous: Token | None = None
    too_deep: Token | None = None
    for token in tokens:
        is_matching = bool(open_brackets) and open_brackets[-1] == "{"
        if token.kind == "open":
            open_brackets.append(token.text)
            deepest = max(deepest, len(open_brackets))
            if len(open_brackets) == MAX_NESTING + 1:
                too_deep = too_deep or token
        elif token.kind == "close" and open_brackets:
            open_brackets.pop()
        elif token.kind == "text" and is_matching:
            patterns += _pattern_weight(token, previous)
        elif not is_matching and _is_operator(token):
            is_sign = token.text in ("+", "-") and not is_operand_end(previous)
            signs += is_sign
            operators += not is_sign
        previous = token
    total = len(tokens) * (1 + deepest + signs + operators)
    for value, limit, what in (
        (deepest, MAX_NESTING, "levels of brackets"),
        (signs, MAX_SIGNS, "signs before operands"),
        (operators, MAX_OPERATORS, "operators"),
        (patterns, MAX_PATTERN_WEIGHT, "steps in its regular expressions"),
        (total, MAX_WEIGHT, "parts, counted once for each level they stand in"),
    ):
        if value > limit:
            headline = f"the query has {value:,} {what}, and {limit:,} are possible"
            return total, too_large(headline, too_deep)
    return total, None


def too_large(headline: str, token: Token | None = None) -> SyntaxFault:
    """Return the fault of a query that is not read, at a token or about the whole of it."""
    return SyntaxFault(
        headline=headline,
        start=token.start if token else 0,
        end=token.end if token else 0,
        help="split it into several signals or rules",
        is_limit=True,
    )


def _is_operator(token: Token) -> bool:
    return token.kind == "operator" or (token.kind == "word" and token.text.lower() in _WORDS)


def _pattern_weight(token: Token, previous: Token | None) -> int:
    """Return about how many steps the regular expression in a text has, written out."""
    if previous is None or previous.text not in ("=~", "!~"):
        return 0
    repeats = 1
    for least, most in _REPEAT.findall(token.text):
        repeats = min(repeats * max(int(least), int(most or 0), 1), 10**9)
    return (len(token.text) + 50 * len(_CLASS.findall(token.text))) * repeats
