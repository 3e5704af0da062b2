"""Selectors as texts: a query enters, its metric and its label matchers leave, and the reverse.

Nearly all are plain, and read without the parser, which takes ten times as long.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal

from compiler.model.values import Matcher
from compiler.promql.functions import KEYWORDS
from compiler.promql.tokens import without_comments
from compiler.promql.window import read
from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_WHOLE: Final = re.compile(r"\s*([a-zA-Z_:][a-zA-Z0-9_:]*)\s*(?:\{(.*)\})?\s*\Z", re.DOTALL)
"""A metric's name and, between braces, its matchers."""
_TEXT: Final = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'|`[^`]*`')
_BEYOND: Final = re.compile(r"[{}\"'`]")
"""What does not stand between the braces of one selector, its texts left out."""
_MATCHER: Final = re.compile(r'\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*(=~|!~|!=|=)\s*"([^"\\]*)"\s*(?:,|\Z)')
"""A matcher without an escape in its text."""

_OPERATORS: Final[Mapping[str, Literal["=", "!=", "=~", "!~"]]] = {
    "=": "=",
    "!=": "!=",
    "=~": "=~",
    "!~": "!~",
    "MatchOp.Equal": "=",
    "MatchOp.NotEqual": "!=",
    "MatchOp.Re": "=~",
    "MatchOp.NotRe": "!~",
}

MANY: Final = 20_000
"""Selectors that are remembered, since whoever asks about one is not the last to."""


@frozen
class Selector(Frozen):
    """A metric with label matchers."""

    metric: str
    matchers: tuple[tuple[str, Matcher], ...] = ()


@lru_cache(maxsize=MANY)
def split(text: str) -> tuple[str, str] | None:
    """Given a query, return its metric and what stands between the braces; None if it is more."""
    match = _WHOLE.match(text)
    if match is None or _BEYOND.search(_TEXT.sub("", match[2] or "")):
        return None
    return match[1], (match[2] or "").strip().rstrip(",")


def selector(text: str) -> Selector | None:
    """Given a query, return it as a selector, or None when it is anything else."""
    text = without_comments(text)
    plain = _plain(text)
    if plain is not None:
        return plain
    if "{" not in text or "(" in text.partition("{")[0]:
        return None
    query = read(text)
    if query is None or type(query.tree).__name__ != "VectorSelector":
        return None
    found = query.tree
    if not found.name or found.offset is not None or found.at is not None:
        return None
    return _of_node(found)


def is_plain(text: str) -> bool:
    """Whether a query is a selector without patterns, about which a parser has nothing to say."""
    found = _plain(text)
    return found is not None and all(how.operator in ("=", "!=") for _, how in found.matchers)


def selectors(text: str) -> tuple[Selector, ...]:
    """Given a query, return the selectors in it whose metric is named."""
    alone = selector(text)
    if alone is not None:
        return (alone,)
    from compiler.promql.tree import selectors as all_of

    query = read(text)
    return tuple(_of_node(each) for each in all_of(query.tree) if each.name) if query else ()


def quoted(text: str) -> str:
    """Given a text, return it as PromQL writes it."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def selected(metric: str, *matchers: str) -> str:
    """Given a metric and matchers as PromQL writes them, return the selector."""
    inside = ", ".join(matcher for matcher in matchers if matcher)
    return f"{metric}{{{inside}}}" if inside else metric


def matched(matchers: Iterable[tuple[str, Matcher]]) -> str:
    """Given label matchers, return them as PromQL writes them between braces."""
    return ", ".join(f"{name}{how.operator}{quoted(how.value)}" for name, how in matchers)


@lru_cache(maxsize=MANY)
def _plain(text: str) -> Selector | None:
    """Return a selector without escapes in its texts; None for others, and for what is none."""
    found = split(text)
    # Words between operands are no names, but for the parser, which knows where they stand.
    if found is None or found[0].lower() in (*KEYWORDS, "inf", "nan"):
        return None
    metric, inside = found
    matchers: list[tuple[str, Matcher]] = []
    end = 0
    while end < len(inside):
        match = _MATCHER.match(inside, end)
        if match is None:
            return None
        matchers.append((match[1], Matcher(_OPERATORS[match[2]], match[3])))
        end = match.end()
    return Selector(metric=metric, matchers=tuple(matchers))


def _of_node(found: object) -> Selector:
    matchers = found.matchers.matchers  # type: ignore[attr-defined]  # promql-parser has no types
    return Selector(
        metric=found.name,  # type: ignore[attr-defined]  # promql-parser has no types
        matchers=tuple(
            (each.name, Matcher(_OPERATORS[str(each.op)], each.value)) for each in matchers
        ),
    )
