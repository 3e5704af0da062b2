"""Every query of a file: a tree enters, what the parser is to read leaves, with where it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from compiler.check.panel_queries import ASKED
from compiler.check.walk import texts
from compiler.promql.selector import is_plain
from compiler.promql.variables import without_variables
from compiler.promql.window import with_stand_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.source.tree import Map, Path

PLAIN: Final[tuple[tuple[str, ...], ...]] = (
    ("signals", "*", "query"),
    ("alerts", "*", "value"),
)
"""Where something is compared with what a query returns."""

SLO: Final = (
    ("slos", "*", "events", "total"),
    ("slos", "*", "events", "bad"),
    ("slos", "*", "events", "good"),
    ("slos", "*", "ratio", "bad"),
    ("slos", "*", "ratio", "good"),
    ("slos", "*", "latency", "of"),
    ("slos", "*", "boolean", "of"),
    ("slos", "*", "freshness", "of"),
)
"""Where SLOs have queries; `$window` may stand in those of events and ratios."""

QUESTIONS: Final[tuple[tuple[str, ...], ...]] = (
    ("alerts", "*", "queries", "*"),
    ("slos", "*", "queries", "*"),
)
"""Queries for people, that nothing is compared with."""


class Written(NamedTuple):
    """A query, with its stand-ins, and whether something is compared with what it returns."""

    path: Path
    text: str
    is_compared: bool


def queries(root: Map) -> Iterator[Written]:
    """Given the tree of a file, yield its queries but for selectors that are sound for certain.

    Stand-ins have as many characters as what they stand for, so that places in a text stay.
    """
    for pattern in PLAIN:
        yield from (Written(path, text, True) for path, text in texts(root, pattern))
    if "slos" in root:
        yield from _of_slos(root)
    for pattern in QUESTIONS:
        yield from (Written(path, text, False) for path, text in texts(root, pattern))
    for asked in ASKED:
        for path, text in texts(root, asked):
            yield Written(path, without_variables(text), False)


def _of_slos(root: Map) -> Iterator[Written]:
    for pattern in SLO:
        is_windowed = pattern[2] in ("events", "ratio")
        for path, text in texts(root, pattern):
            if not is_plain(text):
                read = with_stand_in(text) if is_windowed else text
                yield Written(path, read, True)
