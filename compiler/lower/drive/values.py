"""Label values that matchers accept or refuse: found, then tried."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from compiler.lower.drive.world import Matcher

_OTHERS: Final = ("other", "200", "0", "another", "1", "x1", "a-b", "other.example.org", "")
"""Values that are tried where nothing is known."""


def accepted(matchers: Sequence[Matcher], known: Iterable[str]) -> list[str]:
    """Given the matchers of one label and values it may take, return some that all accept."""
    tried = (
        *(value for matcher in matchers if matcher.operator == "=" for value in (matcher.value,)),
        *known,
        *(
            text
            for matcher in matchers
            if matcher.operator == "=~"
            for text in _texts(matcher.value)
        ),
        *_OTHERS,
    )
    passing = (value for value in tried if all(each.accepts(value) for each in matchers))
    return list(dict.fromkeys(passing))[:4]


def refused(matcher: Matcher, others: Sequence[Matcher], known: Iterable[str]) -> str | None:
    """Given one matcher and those of the same label, return what it alone refuses, if found."""
    tried: tuple[str, ...] = (
        *known,
        *((matcher.value,) if matcher.operator == "!=" else ()),
        *(_texts(matcher.value) if matcher.operator == "!~" else ()),
        *_OTHERS,
    )
    for value in tried:
        if not matcher.accepts(value) and all(each.accepts(value) for each in others):
            return value
    return None


def _texts(pattern: str) -> Iterator[str]:
    """Yield texts that a pattern should accept, its branches in turn."""
    from re import _parser  # type: ignore[attr-defined]  # typeshed has none; it is stable since 3.11

    try:
        tree = _parser.parse(pattern)
    except (re.error, OverflowError):
        return
    for turn in range(3):
        text = _text(tree, turn)
        if text is not None:
            yield text


def _text(tree: Any, turn: int) -> str | None:
    """Return one text of a parsed pattern; None where a part of it cannot be written out."""
    parts = []
    for operation, argument in tree:
        part = _part(str(operation), argument, turn)
        if part is None:
            return None
        parts.append(part)
    return "".join(parts)


def _part(operation: str, argument: Any, turn: int) -> str | None:
    if operation == "LITERAL":
        return chr(int(argument))
    if operation == "ANY":
        return "0"
    if operation == "AT":
        return ""
    if operation == "SUBPATTERN":
        return _text(argument[3], turn)
    if operation == "BRANCH":
        branches = argument[1]
        return _text(branches[turn % len(branches)], turn)
    if operation in ("MAX_REPEAT", "MIN_REPEAT"):
        least, most, inner = argument
        text = _text(inner, turn)
        return None if text is None else text * max(int(least), min(int(most), 1))
    if operation == "IN":
        return _one_of(argument, turn)
    return None


def _one_of(members: Any, turn: int) -> str | None:
    kinds = {str(operation): argument for operation, argument in members}
    if "NEGATE" in kinds:
        return "z" if turn == 0 else "0"
    choices = [argument for operation, argument in members if str(operation) == "LITERAL"]
    if choices:
        return chr(int(choices[turn % len(choices)]))
    if "RANGE" in kinds:
        low, high = kinds["RANGE"]
        return chr(int(min(low + turn, high)))
    category = str(kinds.get("CATEGORY", ""))
    return {"CATEGORY_DIGIT": "1", "CATEGORY_WORD": "a", "CATEGORY_SPACE": " "}.get(category, "-")
