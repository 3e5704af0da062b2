"""What an expression asks of each metric: a tree enters, its selectors leave."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias

import promql_parser

from compiler.lower.drive.evaluate import range_of
from compiler.lower.drive.world import Selector, selector_of_tree
from runtime.contract.frozen import Frozen, frozen

Kind: TypeAlias = Literal["gauge", "counter", "ramp", "stamp", "bucket"]
"""How a series is driven: by its level, by its growth, by its age, by what its buckets hold."""

_GROWING: Final = frozenset(("rate", "increase", "irate"))
_TURNED: Final = {"max": "min", "min": "max"}
"""What an aggregation is to a value that is taken away, or divided by."""
_MOVING: Final = frozenset(("delta", "idelta"))


_EXACT: Final = frozenset(
    (
        *("abs", "absent", "clamp", "clamp_max", "clamp_min", "count", "group", "last_over_time"),
        *("max", "max_over_time", "min", "min_over_time", "present_over_time", "scalar", "time"),
        "vector",
    )
)
"""What makes of the same numbers the same number, in whichever order they come."""


@frozen(kw_only=False)
class Use(Frozen):
    """One selector where it stands; `aggregation` is the innermost one around it."""

    selector: Selector
    kind: Kind
    aggregation: str | None = None
    share: float | None = None


@dataclass(slots=True)
class Reading:
    """All that is asked. `named` are the labels of groupings and joins, `dropped` of `without`."""

    uses: list[Use] = field(default_factory=list)
    named: dict[str, None] = field(default_factory=dict)
    dropped: dict[str, None] = field(default_factory=dict)
    numbers: dict[float, None] = field(default_factory=dict)
    functions: set[str] = field(default_factory=set)
    aggregations: set[str] = field(default_factory=set)
    operators: set[str] = field(default_factory=set)

    @property
    def is_exact(self) -> bool:
        """Whether the last bit of a result is known: nothing is added up or extrapolated."""
        return self.functions <= _EXACT and self.aggregations <= _EXACT

    @property
    def longest_seconds(self) -> float:
        """The longest range, with how far it looks back."""
        reach = (use.selector.range_seconds + use.selector.offset_seconds for use in self.uses)
        return max(reach, default=0)

    @property
    def ranges_seconds(self) -> list[float]:
        """Every range and offset, ascending, once."""
        found = {
            seconds
            for use in self.uses
            for seconds in (
                use.selector.range_seconds,
                use.selector.offset_seconds,
                use.selector.range_seconds + use.selector.offset_seconds,
            )
            if seconds
        }
        return sorted(found)


@frozen(kw_only=False)
class _Context(Frozen):
    kind: Kind = "gauge"
    aggregation: str | None = None
    share: float | None = None


def read(tree: Any) -> Reading:
    """Given a tree of promql-parser, return what it asks."""
    reading = Reading()
    _walk(tree, _Context(), reading)
    reading.uses = list(dict.fromkeys(reading.uses))
    return reading


def _walk(tree: Any, context: _Context, into: Reading) -> None:
    if isinstance(tree, promql_parser.NumberLiteral):
        into.numbers[float(tree.val)] = None
    elif isinstance(tree, promql_parser.VectorSelector):
        _add(selector_of_tree(tree), context, into)
    elif isinstance(tree, promql_parser.MatrixSelector):
        _add(range_of(tree), context, into)
    elif isinstance(tree, promql_parser.ParenExpr | promql_parser.UnaryExpr):
        _walk(tree.expr, context, into)
    elif isinstance(tree, promql_parser.AggregateExpr):
        if tree.modifier is not None:
            is_by = tree.modifier.type == promql_parser.AggModifierType.By
            (into.named if is_by else into.dropped).update(dict.fromkeys(tree.modifier.labels))
        into.aggregations.add(str(tree.op))
        inner = _Context(context.kind, str(tree.op), context.share)
        _walk(tree.expr, inner, into)
    elif isinstance(tree, promql_parser.BinaryExpr):
        _join(tree, context, into)
    elif isinstance(tree, promql_parser.Call):
        _call(tree, context, into)


def _add(selector: Selector, context: _Context, into: Reading) -> None:
    kind: Kind = context.kind
    if context.share is not None and kind == "counter":
        kind = "bucket"
    into.uses.append(Use(selector, kind, context.aggregation, context.share))


def _join(tree: Any, context: _Context, into: Reading) -> None:
    modifier = tree.modifier
    if modifier is not None:
        if modifier.matching is not None:
            is_on = modifier.matching.type == promql_parser.LabelModifierType.Include
            into.named.update(dict.fromkeys(modifier.matching.labels if is_on else ()))
        into.named.update(dict.fromkeys(modifier.group_labels or ()))
    left, right = tree.lhs, tree.rhs
    into.operators.add(str(tree.op))
    _walk(left, context, into)
    is_age = str(tree.op) == "-" and _is_time(left)
    aggregation = context.aggregation
    if str(tree.op) in ("-", "/"):
        aggregation = _TURNED.get(aggregation or "", aggregation)
    inner = _Context("stamp" if is_age else context.kind, aggregation, context.share)
    _walk(right, inner, into)


def _is_time(tree: Any) -> bool:
    while isinstance(tree, promql_parser.ParenExpr):
        tree = tree.expr
    return isinstance(tree, promql_parser.Call) and tree.func.name == "time"


def _call(tree: Any, context: _Context, into: Reading) -> None:
    name = tree.func.name
    into.functions.add(name)
    share = context.share
    for argument in tree.args:
        if name == "histogram_quantile" and isinstance(argument, promql_parser.NumberLiteral):
            share = float(argument.val)
    kind: Kind = context.kind
    if name in _GROWING:
        kind = "counter"
    elif name in _MOVING:
        kind = "ramp"
    for argument in tree.args:
        _walk(argument, _Context(kind, context.aggregation, share), into)
