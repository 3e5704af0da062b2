"""A query's text becomes a tree, or a fault with its place.

promql-parser decides; it is only asked about queries that are small enough for it (`shape`), as it
ends the process on others. Results are kept by text, up to a bounded size.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import promql_parser

from compiler.promql.grammar import SyntaxFault
from compiler.promql.shape import MAX_CHARACTERS, weight
from compiler.promql.tokens import tokenize

if TYPE_CHECKING:
    from collections.abc import Iterator

ValueKind: TypeAlias = Literal["vector", "matrix", "scalar", "string"]
"""What a query returns: an instant vector, a range vector, a number, a text."""

MAX_KEPT_WEIGHT: Final = 100_000
"""Weight of the queries that are kept together; see `shape.MAX_WEIGHT`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A query that can be read. `tree` is promql-parser's; `kind` is what it returns."""

    text: str
    tree: Any
    kind: ValueKind


class _Kept:
    """Results by text, the oldest dropped when they grow too heavy together."""

    def __init__(self) -> None:
        self.results: dict[str, tuple[int, Query | SyntaxFault]] = {}
        self.total = 0

    def keep(self, text: str, cost: int, result: Query | SyntaxFault) -> None:
        self.results[text] = (cost, result)
        self.total += cost
        while self.total > MAX_KEPT_WEIGHT and self.results:
            oldest = next(iter(self.results))
            self.total -= self.results.pop(oldest)[0]


_kept: Final = _Kept()


def parse(text: str) -> Query | SyntaxFault:
    """Given a query, return it read, or the first thing that is wrong with it. Never raise."""
    known = _kept.results.get(text)
    if known is not None:
        return known[1]
    if len(text) > MAX_CHARACTERS:
        return SyntaxFault(
            headline=f"the query is longer than {MAX_CHARACTERS:,} characters",
            start=0,
            end=0,
            help="say parts of it as signals or recording rules",
        )
    tokens = tokenize(text)
    cost, refusal = weight(tokens)
    if refusal:
        return SyntaxFault(
            headline=refusal, start=0, end=0, help="split it into several signals or rules"
        )
    result = parse_small(text)
    if isinstance(result, str):
        from compiler.promql.diagnose import diagnose

        result = diagnose(text, tokens, result)
    _kept.keep(text, cost + 10, result)
    return result


def parse_small(text: str) -> Query | str:
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

_KINDS: Final = {
    "MatrixSelector": "matrix",
    "SubqueryExpr": "matrix",
    "NumberLiteral": "scalar",
    "StringLiteral": "string",
}


def kind_of(tree: Any) -> ValueKind:
    """Given a tree of promql-parser, return what it returns."""
    found: Any = _KINDS.get(type(tree).__name__)
    if found is not None:
        return found  # type: ignore[no-any-return]  # a value of _KINDS
    if isinstance(tree, promql_parser.ParenExpr | promql_parser.UnaryExpr):
        return kind_of(tree.expr)
    if isinstance(tree, promql_parser.Call):
        found = str(tree.func.return_type).rpartition(".")[2].lower()
        return found  # type: ignore[no-any-return]  # the names of ValueType
    if isinstance(tree, promql_parser.BinaryExpr):
        sides = {kind_of(tree.lhs), kind_of(tree.rhs)}
        return "scalar" if sides == {"scalar"} else "vector"
    return "vector"


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
