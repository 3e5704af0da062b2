"""Evaluate an expression over a `World` as Prometheus does: a tree enters, a function leaves.

The tree is walked once; what leaves takes the world and a time. Additions are made in the order of
the series, which Prometheus does not promise: whoever needs the last bit evaluates both orders.
What is not known here raises `Unforeseeable` while the tree is walked.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import promql_parser

from compiler.lower.drive import functions
from compiler.lower.drive.join import binary
from compiler.lower.drive.ranges import KEEPS_NAME, OVER_RANGES, quantile
from compiler.lower.drive.vector import Evaluated, Sample, Vector, key_of, without_name
from compiler.lower.drive.world import Selector, Unforeseeable, selector_of_tree
from compiler.promql.tree import kind_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from compiler.lower.drive.series import Labels
    from compiler.lower.drive.world import World

Evaluator: TypeAlias = "Callable[[World, float], Evaluated]"

_CHOOSING: Final = frozenset(("topk", "bottomk"))


def evaluator(tree: Any) -> Evaluator:
    """Given a tree of promql-parser, return what evaluates it."""
    if isinstance(tree, promql_parser.NumberLiteral):
        number = float(tree.val)
        return lambda _world, _time: number
    if isinstance(tree, promql_parser.ParenExpr):
        return evaluator(tree.expr)
    if isinstance(tree, promql_parser.VectorSelector):
        return _selected(selector_of_tree(tree))
    if isinstance(tree, promql_parser.UnaryExpr):
        return _negated(evaluator(tree.expr))
    if isinstance(tree, promql_parser.BinaryExpr):
        return binary(tree, evaluator(tree.lhs), evaluator(tree.rhs))
    if isinstance(tree, promql_parser.AggregateExpr):
        return _aggregated(tree)
    if isinstance(tree, promql_parser.Call):
        return _called(tree)
    raise Unforeseeable(f"it holds a {_NAMES.get(type(tree).__name__, 'part')}")


_NAMES: Final = {"SubqueryExpr": "subquery", "StringLiteral": "text"}


def _selected(selector: Selector) -> Evaluator:
    def evaluate(world: World, time: float) -> Evaluated:
        found: Vector = []
        for series in world.select(selector):
            value = world.at(series, time - selector.offset_seconds)
            if value is not None:
                found.append((series.labels, value))
        return found

    return evaluate


def _negated(inner: Evaluator) -> Evaluator:
    def evaluate(world: World, time: float) -> Evaluated:
        value = inner(world, time)
        if isinstance(value, float):
            return -value
        return [(without_name(labels), -number) for labels, number in value]

    return evaluate


def _called(tree: Any) -> Evaluator:
    name, arguments = tree.func.name, list(tree.args)
    if any(isinstance(each, promql_parser.SubqueryExpr) for each in arguments):
        raise Unforeseeable("it holds a subquery")
    if name in ("absent", "absent_over_time"):
        return _absent(name, arguments[0])
    if any(kind_of(argument) == "matrix" for argument in arguments):
        return _over_range(name, arguments)
    return functions.called(name, [evaluator(argument) for argument in arguments])


def _over_range(name: str, arguments: list[Any]) -> Evaluator:
    function = OVER_RANGES.get(name)
    share = 0.0
    if name == "quantile_over_time" and isinstance(arguments[0], promql_parser.NumberLiteral):
        share = float(arguments[0].val)

        def function(points: Any, _begin: float, _end: float) -> float | None:
            return quantile(share, [value for _, value in points]) if points else None

    if function is None or kind_of(arguments[-1]) != "matrix":
        raise Unforeseeable(f"it calls `{name}`")
    selector = range_of(arguments[-1])
    work, keeps_name = function, name in KEEPS_NAME

    def evaluate(world: World, time: float) -> Evaluated:
        end = time - selector.offset_seconds
        begin = end - selector.range_seconds
        found: Vector = []
        for series in world.select(selector):
            value = work(world.within(series, begin, end), begin, end)
            if value is not None:
                labels = series.labels if keeps_name else without_name(series.labels)
                found.append((labels, value))
        return found

    return evaluate


def range_of(tree: Any) -> Selector:
    """Given a range selector of promql-parser, return it as a `Selector`."""
    while isinstance(tree, promql_parser.ParenExpr):
        tree = tree.expr
    if not isinstance(tree, promql_parser.MatrixSelector):
        raise Unforeseeable("it holds a subquery")
    return selector_of_tree(tree.vector_selector, tree.range.total_seconds())


def _absent(name: str, argument: Any) -> Evaluator:
    labels = absent_labels(argument)
    inner = (
        _over_range("present_over_time", [argument])
        if name == "absent_over_time"
        else evaluator(argument)
    )

    def evaluate(world: World, time: float) -> Evaluated:
        return [] if inner(world, time) else [(labels, 1.0)]

    return evaluate


def absent_labels(argument: Any) -> Labels:
    """Return what `absent` makes up: the labels that its selector matches with ``=``, once each."""
    while isinstance(argument, promql_parser.ParenExpr):
        argument = argument.expr
    if isinstance(argument, promql_parser.MatrixSelector):
        argument = argument.vector_selector
    if not isinstance(argument, promql_parser.VectorSelector):
        return {}
    matchers = selector_of_tree(argument).matchers
    names = [matcher.label for matcher in matchers]
    return {
        matcher.label: matcher.value
        for matcher in matchers
        if matcher.operator == "=" and names.count(matcher.label) == 1 and matcher.value
    }


def _aggregated(tree: Any) -> Evaluator:
    operator = str(tree.op)
    inner, group = evaluator(tree.expr), _grouping(tree.modifier)
    if operator in _CHOOSING or operator == "quantile":
        parameter = evaluator(tree.param)
    elif tree.param is not None or operator not in functions.AGGREGATIONS:
        raise Unforeseeable(f"it aggregates with `{operator}`")
    else:
        parameter = None

    def evaluate(world: World, time: float) -> Evaluated:
        value = inner(world, time)
        if isinstance(value, float):
            raise Unforeseeable("it aggregates a number")
        groups: dict[Any, tuple[Labels, list[Sample]]] = {}
        for sample in value:
            kept = group(sample[0])
            groups.setdefault(key_of(kept), (kept, []))[1].append(sample)
        wanted = parameter(world, time) if parameter else 0.0
        found: Vector = []
        for kept, samples in groups.values():
            if operator in _CHOOSING:
                ordered = sorted(samples, key=lambda each: each[1], reverse=operator == "topk")
                found.extend(ordered[: _count(wanted)])
            elif operator == "quantile":
                found.append((kept, quantile(_number(wanted), [each for _, each in samples])))
            else:
                numbers = [each for _, each in samples]
                found.append((kept, functions.AGGREGATIONS[operator](numbers)))
        return found

    return evaluate


def _count(value: Evaluated) -> int:
    number = _number(value)
    if not 0 <= number <= 1_000_000:
        raise Unforeseeable("how many it chooses is no number")
    return int(number)


def _number(value: Evaluated) -> float:
    return value if isinstance(value, float) else math.nan


def _grouping(modifier: Any) -> Callable[[Labels], Labels]:
    if modifier is None:
        return lambda _labels: {}
    named = frozenset(modifier.labels)
    if modifier.type == promql_parser.AggModifierType.By:
        return lambda labels: {each: labels[each] for each in labels if each in named}
    return lambda labels: {
        each: labels[each] for each in labels if each not in named and each != "__name__"
    }
