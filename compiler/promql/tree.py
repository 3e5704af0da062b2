"""promql-parser behind one door: a query that is small enough becomes its tree, or its message.

Nothing here protects from queries that end the process; `parse` does, which calls this.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import promql_parser

from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

ValueKind: TypeAlias = Literal["vector", "matrix", "scalar", "string"]
"""What a query returns: an instant vector, a range vector, a number, a text."""


@frozen
class Query(Frozen):
    """A query that can be read. `tree` is promql-parser's; `kind` is what it returns."""

    text: str
    tree: Any
    kind: ValueKind


def read(text: str) -> Query | str:
    """Given a query that `shape.weight` allows, return it read, or promql-parser's own words."""
    _know_more_functions()
    try:
        tree = promql_parser.parse(text)
    except ValueError as error:
        return str(error)
    return Query(text=text, tree=tree, kind=kind_of(tree))


def _know_more_functions() -> None:
    """Teach promql-parser what Prometheus 2 has and it has not, once in a process."""
    global _taught  # noqa: PLW0603  # the parser's table of functions is one of the process
    if _taught:
        return
    kinds = promql_parser.ValueType
    smoothing = promql_parser.Function(
        "holt_winters", [kinds.Matrix, kinds.Scalar, kinds.Scalar], kinds.Vector
    )
    promql_parser.register_extra_functions([smoothing])
    _taught = True


_taught = False

_KINDS: Final[dict[str, ValueKind]] = {
    "MatrixSelector": "matrix",
    "SubqueryExpr": "matrix",
    "NumberLiteral": "scalar",
    "StringLiteral": "string",
}
_RETURNED: Final[dict[str, ValueKind]] = {
    "ValueType.Matrix": "matrix",
    "ValueType.Scalar": "scalar",
    "ValueType.String": "string",
    "ValueType.Vector": "vector",
}


def kind_of(tree: Any) -> ValueKind:
    """Given a tree of promql-parser, return what it returns."""
    if isinstance(tree, promql_parser.ParenExpr | promql_parser.UnaryExpr):
        return kind_of(tree.expr)
    if isinstance(tree, promql_parser.Call):
        return _RETURNED[str(tree.func.return_type)]
    if isinstance(tree, promql_parser.BinaryExpr):
        sides = {kind_of(tree.lhs), kind_of(tree.rhs)}
        return "scalar" if sides == {"scalar"} else "vector"
    return _KINDS.get(type(tree).__name__, "vector")


def selectors(tree: Any) -> Iterator[Any]:
    """Yield the vector selectors of a tree, in the order of the text."""
    if isinstance(tree, promql_parser.VectorSelector):
        yield tree
    elif isinstance(tree, promql_parser.MatrixSelector):
        yield tree.vector_selector
    elif isinstance(tree, promql_parser.BinaryExpr):
        yield from selectors(tree.lhs)
        yield from selectors(tree.rhs)
    elif isinstance(tree, promql_parser.Call):
        for argument in tree.args:
            yield from selectors(argument)
    elif isinstance(
        tree,
        promql_parser.ParenExpr
        | promql_parser.UnaryExpr
        | promql_parser.AggregateExpr
        | promql_parser.SubqueryExpr,
    ):
        yield from selectors(tree.expr)


def selections(tree: Any, range_seconds: float = 0) -> Iterator[tuple[str, float]]:
    """Yield the metric of each selector of a tree, with the seconds whose samples it reads.

    Those of a subquery are added to what its selectors read themselves.
    """
    if isinstance(tree, promql_parser.MatrixSelector):
        whole = range_seconds + tree.range.total_seconds()
        yield str(tree.vector_selector.name or ""), whole
    elif isinstance(tree, promql_parser.SubqueryExpr):
        more = tree.range.total_seconds() if tree.range is not None else 0
        yield from selections(tree.expr, range_seconds + more)
    elif isinstance(tree, promql_parser.VectorSelector):
        yield str(tree.name or ""), range_seconds
    elif isinstance(tree, promql_parser.BinaryExpr):
        yield from selections(tree.lhs, range_seconds)
        yield from selections(tree.rhs, range_seconds)
    elif isinstance(tree, promql_parser.Call):
        for argument in tree.args:
            yield from selections(argument, range_seconds)
    elif isinstance(
        tree, promql_parser.ParenExpr | promql_parser.UnaryExpr | promql_parser.AggregateExpr
    ):
        yield from selections(tree.expr, range_seconds)
