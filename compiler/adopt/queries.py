"""Queries of foreign documents → queries of a spec, where ``$window`` stands for a range."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from compiler.adopt.refusal import refused
from compiler.promql.parse import parse
from compiler.promql.tokens import tokenize, without_comments
from compiler.promql.tree import Query
from compiler.promql.window import WINDOW
from compiler.source.fault import Fault, Place

if TYPE_CHECKING:
    from compiler.source.tree import Path

_TEMPLATE: Final = re.compile(r"\{\{-?\s*(.*?)\s*-?\}\}", re.DOTALL)
_OWN: Final = re.compile(r"\$window\b")


def windowed(query: str, path: Path) -> tuple[str, list[Fault]]:
    """Given a query and where it stands, return it with ``$window``, and what is wrong with it.

    Comments are left behind: what a spec makes of a query goes on where a comment would.
    """
    # A range as long as what it stands for: a place in one text is that place in the other.
    readable = _TEMPLATE.sub(_range, _OWN.sub(_range, query))
    tokens = tokenize(readable)
    faults = [
        refused(
            path,
            f"`{match[0]}` is no range",
            "write `{{.window}}` where the range is, and everything else as it is",
            inside=match.span(),
            label="only the window can be filled in",
        )
        for match in _TEMPLATE.finditer(query)
        if match[1] != ".window" and any(t.start <= match.start() < t.end for t in tokens)
    ]
    if faults:
        return query, faults
    return _tidy(without_comments(_TEMPLATE.sub(WINDOW, query))), syntax(readable, path)


def _tidy(query: str) -> str:
    """Return a query without the blanks that comments leave, unless a text has several lines."""
    if "`" in query:
        return query
    return "\n".join(line.rstrip() for line in query.split("\n") if line.strip())


def _range(match: re.Match[str]) -> str:
    """Return a range as long as what is found."""
    return "5m".rjust(len(match[0]), "0")


def syntax(query: str, path: Path) -> list[Fault]:
    """Given a query as Prometheus would read it and where it stands, return its fault, if any."""
    result = parse(query)
    if isinstance(result, Query):
        return []
    return [
        Fault(
            rule="spec/too-deep" if result.is_limit else "query/syntax",
            place=Place(
                path, "value", (result.start, result.end) if result.end > result.start else None
            ),
            headline=result.headline,
            label=result.label,
            help=result.help,
        )
    ]
