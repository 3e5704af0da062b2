"""What cannot be counted wrongly: queries of which one finds no more than the other does."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from compiler.promql.parse import parse
from compiler.promql.tree import Query
from compiler.promql.window import WINDOW

if TYPE_CHECKING:
    from collections.abc import Hashable

RANGE: Final = timedelta(seconds=4999)
"""What stands for the range where an expression is read: nobody writes that."""
COUNTING: Final = frozenset(("rate", "increase"))


def is_truth(query: str) -> bool:
    """Whether a query is a comparison that gives 0 or 1, and nothing else."""
    tree = _bare(_tree(query))
    return _is_a(tree, "BinaryExpr") and bool(tree.modifier and tree.modifier.return_bool)


def is_part(part: str, whole: str) -> bool:
    """Whether two queries count one metric alike, and what the first finds the second finds too.

    It has all matchers of the second, and may have more.
    """
    return _is_within(_tree(part), _tree(whole))


def is_share(query: str) -> bool:
    """Whether a query divides events by all of them, of which they are a part; or is what is left.

    It is never below zero or above one.
    """
    tree = _bare(_tree(query))
    if _is_a(tree, "BinaryExpr") and str(tree.op) == "-" and getattr(tree.lhs, "val", None) == 1:
        tree = _bare(tree.rhs)
    return _is_a(tree, "BinaryExpr") and str(tree.op) == "/" and _is_within(tree.lhs, tree.rhs)


def _is_within(part: Any, whole: Any) -> bool:
    found, every = _counted(part), _counted(whole)
    return found is not None and every is not None and found[0] == every[0] and found[1] >= every[1]


def _counted(tree: Any) -> tuple[Hashable, frozenset[Hashable]] | None:
    """Return how and of what metric events are counted, and the matchers; None if it is more."""
    tree = _bare(tree)
    while _is_a(tree, "AggregateExpr") and str(tree.op) == "sum":
        tree = _bare(tree.expr)
    how: Hashable = ("rate", RANGE)
    if _is_a(tree, "Call") and tree.func.name in COUNTING:
        matrix = next(iter(tree.args))
        if not _is_a(matrix, "MatrixSelector"):
            return None
        how, tree = (tree.func.name, matrix.range), matrix.vector_selector
    if not _is_a(tree, "VectorSelector") or tree.matchers.or_matchers or tree.at is not None:
        return None
    matchers = frozenset((each.name, str(each.op), each.value) for each in tree.matchers.matchers)
    return (how, tree.name, str(tree.offset)), matchers


def _tree(query: str) -> Any:
    """Return a query as it is read; None where it cannot be."""
    read = parse(query.replace(WINDOW, f"{RANGE.seconds}s"))
    return read.tree if isinstance(read, Query) else None


def _bare(tree: Any) -> Any:
    while _is_a(tree, "ParenExpr"):
        tree = tree.expr
    return tree


def _is_a(tree: Any, kind: str) -> bool:
    return type(tree).__name__ == kind
