"""PromQL text → tokens with their places. Total: any text gives tokens, what is none is `unknown`.

promql-parser, which decides what a query means, gives no positions; carets come from here.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

Kind: TypeAlias = Literal["word", "number", "text", "open", "close", "operator", "mark", "unknown"]
"""`open` and `close` are brackets of any shape; `mark` is a comma, a colon in a range or an `@`."""

_TOKEN: Final = re.compile(
    r"""
    (?P<space>[ \t\r\n]+ | \#[^\n]*)
  | (?P<word>[a-zA-Z_][a-zA-Z0-9_]*(?::[a-zA-Z0-9_:]*)* | :[a-zA-Z0-9_:]+)
  | (?P<number>0[xX][0-9a-fA-F]+ | (?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?[0-9a-zA-Z_.]*)
  | (?P<text>"(?:[^"\\\n]|\\.)*" | '(?:[^'\\\n]|\\.)*' | `[^`]*`)
  | (?P<open>[(\[{])
  | (?P<close>[)\]}])
  | (?P<operator>=~|!~|==|!=|>=|<=|[-+*/%^<>=])
  | (?P<mark>[,:@])
  | (?P<unknown>.)
    """,
    re.VERBOSE,
)
_IN_RANGE: Final = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_COMMENT: Final = re.compile(r"#[^\n]*")
_QUOTES: Final = "\"'`"

PAIRS: Final = {"(": ")", "[": "]", "{": "}"}
"""What closes each bracket."""


class Token:
    """One token; `start` and `end` are 0-indexed characters of the query, the end exclusive."""

    # A plain class: every query has dozens, and a cold start pays for each dataclass.
    __slots__ = ("end", "kind", "start", "text")

    def __init__(self, kind: Kind, text: str, start: int, end: int) -> None:
        self.kind = kind
        self.text = text
        self.start = start
        self.end = end


@lru_cache(maxsize=1024)
def tokenize(query: str) -> tuple[Token, ...]:
    """Given any text, return its tokens in order, without white space and comments.

    A quote that nothing closes makes the rest of the text one `unknown` token.
    """
    found: list[Token] = []
    squares = 0
    position = 0
    while position < len(query):
        match = _TOKEN.match(query, position)
        # Every character but a line break matches `unknown`, and a line break is space.
        if match is None:
            position += 1
            continue
        kind, text = str(match.lastgroup), match[0]
        if kind == "word" and squares and ":" in text:
            kind, text = _range_part(query, position)
        elif kind == "unknown" and text in _QUOTES:
            text = query[position:]
        if kind != "space":
            end = position + len(text)
            found.append(Token(kind, text, position, end))  # type: ignore[arg-type]  # the group's names are the kinds
        squares += {"[": 1, "]": -1 if squares else 0}.get(text, 0)
        position += len(text)
    return tuple(found)


def without_comments(query: str) -> str:
    """Given a query, return it without comments, and without blanks around it."""
    if "#" not in query:
        return query.strip()
    parts: list[str] = []
    end = 0
    for token in tokenize(query):
        parts += (_COMMENT.sub("", query[end : token.start]), token.text)
        end = token.end
    return "".join(parts).strip()


def _range_part(query: str, position: int) -> tuple[str, str]:
    """Return kind and text of what begins in a range, where a colon never belongs to a name."""
    if query[position] == ":":
        return "mark", ":"
    match = _IN_RANGE.match(query, position)
    return "word", match[0] if match else query[position]


def partners(tokens: Sequence[Token]) -> dict[int, int]:
    """Given tokens, return the index of each opening bracket's closing one, where they fit."""
    found: dict[int, int] = {}
    stack: list[int] = []
    for index, token in enumerate(tokens):
        if token.kind == "open":
            stack.append(index)
        elif token.kind == "close" and stack and PAIRS[tokens[stack[-1]].text] == token.text:
            found[stack.pop()] = index
    return found
