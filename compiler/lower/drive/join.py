"""Operators between numbers and vectors, after Prometheus' `VectorBinop` and its kin."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import promql_parser

from compiler.lower.drive.vector import Evaluated, Vector, key_of, without_name
from compiler.lower.drive.world import Unforeseeable

if TYPE_CHECKING:
    from compiler.lower.drive.series import Labels
    from compiler.lower.drive.world import World

Evaluator = Callable[["World", float], Evaluated]


def _divide(left: float, right: float) -> float:
    if right == 0:
        if left == 0 or math.isnan(left):
            return math.nan
        return math.copysign(math.inf, left) * math.copysign(1.0, right)
    return left / right


def _power(left: float, right: float) -> float:
    try:
        return float(left**right)
    except (OverflowError, ZeroDivisionError, TypeError, ValueError):
        raise Unforeseeable("it raises to a power out of bounds") from None


def _remainder(left: float, right: float) -> float:
    return math.fmod(left, right) if right and math.isfinite(left) else math.nan


_ARITHMETIC: Final[dict[str, Callable[[float, float], float]]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": _divide,
    "%": _remainder,
    "^": _power,
}
_COMPARISONS: Final[dict[str, Callable[[float, float], bool]]] = {
    "==": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
    ">": lambda left, right: left > right,
    "<": lambda left, right: left < right,
    ">=": lambda left, right: left >= right,
    "<=": lambda left, right: left <= right,
}
_SETS: Final = frozenset(("and", "or", "unless"))


def holds(operator: str, left: float, right: float) -> bool:
    """Whether a comparison holds."""
    return _COMPARISONS[operator](left, right)


def binary(tree: Any, left: Evaluator, right: Evaluator) -> Evaluator:
    """Given an operator's tree and what evaluates its sides, return what evaluates it."""
    operator, modifier = str(tree.op), tree.modifier
    if operator not in _ARITHMETIC and operator not in _COMPARISONS and operator not in _SETS:
        raise Unforeseeable(f"it calculates with `{operator}`")
    is_bool = bool(modifier is not None and modifier.return_bool)
    signature = _signature(modifier)
    if operator in _SETS:
        return lambda world, time: _set(
            operator, _vector(left(world, time)), _vector(right(world, time)), signature
        )
    one = _one(operator, is_bool=is_bool)
    result = _result_labels(modifier, drops_name=operator in _ARITHMETIC or is_bool)
    card = "OneToOne" if modifier is None else str(modifier.card).rpartition(".")[2]

    def evaluate(world: World, time: float) -> Evaluated:
        first, second = left(world, time), right(world, time)
        drops_name = operator in _ARITHMETIC or is_bool
        if isinstance(first, float) and isinstance(second, float):
            return _plain(one(first, second))
        if isinstance(first, float):
            pairs = ((labels, one(first, value), value) for labels, value in _vector(second))
            return _kept(pairs, drops_name=drops_name)
        if isinstance(second, float):
            pairs = ((labels, one(value, second), value) for labels, value in first)
            return _kept(pairs, drops_name=drops_name)
        if card == "OneToMany":
            return _joined(second, first, signature, lambda many, few: one(few, many), result)
        return _joined(first, second, signature, one, result, is_many=card == "ManyToOne")

    return evaluate


def _plain(value: float | None) -> float:
    return math.nan if value is None else value


def _vector(value: Evaluated) -> Vector:
    if isinstance(value, float):
        raise Unforeseeable("it joins a number with series")
    return value


def _one(operator: str, *, is_bool: bool) -> Callable[[float, float], float | None]:
    """Return what two numbers make; None where a comparison drops the sample."""
    if operator in _ARITHMETIC:
        return _ARITHMETIC[operator]
    compare = _COMPARISONS[operator]
    if is_bool:
        return lambda left, right: 1.0 if compare(left, right) else 0.0
    return lambda left, right: left if compare(left, right) else None


def _kept(pairs: Any, *, drops_name: bool) -> Vector:
    """Return samples beside a number; a comparison keeps the vector's own value and name."""
    if drops_name:
        return [(without_name(labels), made) for labels, made, _ in pairs if made is not None]
    return [(labels, value) for labels, made, value in pairs if made is not None]


def _signature(modifier: Any) -> Callable[[Labels], Any]:
    matching = None if modifier is None else modifier.matching
    if matching is None:
        return lambda labels: key_of(without_name(labels))
    named = frozenset(matching.labels)
    if matching.type == promql_parser.LabelModifierType.Include:
        return lambda labels: key_of({each: labels[each] for each in labels if each in named})
    named |= {"__name__"}
    return lambda labels: key_of({each: labels[each] for each in labels if each not in named})


def _set(operator: str, left: Vector, right: Vector, signature: Callable[[Labels], Any]) -> Vector:
    if operator == "or":
        known = {signature(labels) for labels, _ in left}
        return [*left, *(sample for sample in right if signature(sample[0]) not in known)]
    wanted = operator == "and"
    other = {signature(labels) for labels, _ in right}
    return [sample for sample in left if (signature(sample[0]) in other) is wanted]


def _joined(  # what Prometheus' own takes: two sides, how they match, what comes out
    many: Vector,
    few: Vector,
    signature: Callable[[Labels], Any],
    one: Callable[[float, float], float | None],
    result: Callable[[Labels, Labels], Labels],
    *,
    is_many: bool = True,
) -> Vector:
    by_signature: dict[Any, tuple[Labels, float]] = {}
    for sample in few:
        key = signature(sample[0])
        if key in by_signature:
            raise Unforeseeable("two series stand for one on one side of an operator")
        by_signature[key] = sample
    found: Vector = []
    matched = set()
    for labels, value in many:
        key = signature(labels)
        other = by_signature.get(key)
        if other is None:
            continue
        made = one(value, other[1])
        if made is None:
            continue
        if not is_many and key in matched:
            raise Unforeseeable("two series stand for one on one side of an operator")
        matched.add(key)
        found.append((result(labels, other[0]), made))
    return found


def _result_labels(modifier: Any, *, drops_name: bool) -> Callable[[Labels, Labels], Labels]:
    """Return what makes the labels of a match, after Prometheus' `resultMetric`."""

    def base(labels: Labels) -> Labels:
        return without_name(labels) if drops_name else labels

    if modifier is None:
        return lambda many, _few: base(many)
    card, copied = str(modifier.card).rpartition(".")[2], tuple(modifier.group_labels or ())
    if card in ("ManyToOne", "OneToMany"):
        return lambda many, few: {
            **{each: value for each, value in base(many).items() if each not in copied},
            **{each: few[each] for each in copied if few.get(each)},
        }
    if modifier.matching is None:
        return lambda many, _few: base(many)
    named = frozenset(modifier.matching.labels)
    if modifier.matching.type == promql_parser.LabelModifierType.Include:
        return lambda many, _few: {each: many[each] for each in many if each in named}
    return lambda many, _few: {
        each: value for each, value in base(many).items() if each not in named
    }
