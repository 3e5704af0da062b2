"""Functions of instants and aggregations, written after Prometheus' own."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from compiler.lower.drive.vector import Evaluated, Vector, key_of, without_name
from compiler.lower.drive.world import Unforeseeable

if TYPE_CHECKING:
    from compiler.lower.drive.world import World

Evaluator = Callable[["World", float], Evaluated]


def _added(numbers: Sequence[float]) -> float:
    total = numbers[0]
    for number in numbers[1:]:
        total += number
    return total


def _mean(numbers: Sequence[float]) -> float:
    mean, count = numbers[0], 1.0
    for number in numbers[1:]:
        count += 1
        mean += number / count - mean / count
    return mean


AGGREGATIONS: Final[dict[str, Callable[[Sequence[float]], float]]] = {
    "sum": _added,
    "avg": _mean,
    "min": min,
    "max": max,
    "count": lambda numbers: float(len(numbers)),
    "group": lambda _numbers: 1.0,
}
"""Aggregations by operator; the numbers are never none."""


def _rounded(value: float, nearest: float = 1.0) -> float:
    inverse = 1.0 / nearest if nearest else math.nan
    if not math.isfinite(value * inverse):
        return value * inverse
    return math.floor(value * inverse + 0.5) / inverse


def _whole(function: Callable[[float], float]) -> Callable[[float], float]:
    return lambda value: float(function(value)) if math.isfinite(value) else value


_NUMERIC: Final[dict[str, Callable[..., float]]] = {
    "abs": abs,
    "ceil": _whole(math.ceil),
    "floor": _whole(math.floor),
    "round": _rounded,
    "sgn": lambda value: float((value > 0) - (value < 0)),
    "clamp_min": max,
    "clamp_max": min,
    "clamp": lambda value, least, most: max(least, min(most, value)),
}


def called(name: str, arguments: list[Evaluator]) -> Evaluator:
    """Given a function's name and what evaluates its arguments, return what evaluates it."""
    if name == "time":
        return lambda _world, time: float(time)
    if name == "vector":
        return lambda world, time: [({}, _number(arguments[0](world, time)))]
    if name == "scalar":
        return lambda world, time: _scalar(arguments[0](world, time))
    if name == "histogram_quantile":
        return lambda world, time: _histogram_quantile(
            _number(arguments[0](world, time)), _series(arguments[1](world, time))
        )
    if name in ("sort", "sort_desc"):
        return arguments[0]
    numeric = _NUMERIC.get(name)
    if numeric is None:
        raise Unforeseeable(f"it calls `{name}`")

    def evaluate(world: World, time: float) -> Evaluated:
        more = [_number(argument(world, time)) for argument in arguments[1:]]
        return [
            (without_name(labels), numeric(value, *more))
            for labels, value in _series(arguments[0](world, time))
        ]

    return evaluate


def _number(value: Evaluated) -> float:
    if not isinstance(value, float):
        raise Unforeseeable("a series stands where a number should")
    return value


def _series(value: Evaluated) -> Vector:
    if isinstance(value, float):
        raise Unforeseeable("a number stands where series should")
    return value


def _scalar(value: Evaluated) -> float:
    samples = _series(value)
    return samples[0][1] if len(samples) == 1 else math.nan


def _histogram_quantile(share: float, samples: Vector) -> Vector:
    groups: dict[Any, tuple[dict[str, str], list[tuple[float, float]]]] = {}
    for labels, value in samples:
        bound = labels.get("le")
        if bound is None:
            continue
        kept = {each: labels[each] for each in labels if each not in ("le", "__name__")}
        groups.setdefault(key_of(kept), (kept, []))[1].append((float(bound), value))
    return [(kept, bucket_quantile(share, buckets)) for kept, buckets in groups.values()]


def bucket_quantile(share: float, buckets: Sequence[tuple[float, float]]) -> float:
    """Given a share, and counts by upper bounds, return the quantile, as `bucketQuantile` does."""
    ordered = sorted(buckets)
    if math.isnan(share) or not ordered or ordered[-1][0] != math.inf:
        return math.nan
    if not 0 <= share <= 1:
        return -math.inf if share < 0 else math.inf
    grown = ordered[0][1]
    counts = []
    for _, count in ordered:
        grown = max(grown, count)
        counts.append(grown)
    observed = counts[-1]
    if len(ordered) < 2 or observed == 0 or math.isnan(observed):
        return math.nan
    rank = share * observed
    index = next((i for i in range(len(ordered) - 1) if counts[i] >= rank), len(ordered) - 1)
    if index == len(ordered) - 1:
        return ordered[-2][0]
    end, count = ordered[index][0], counts[index]
    if index == 0:
        if end <= 0:
            return end
        return (end - 0.0) * (rank / count) + 0.0 if count else math.nan
    start = ordered[index - 1][0]
    count -= counts[index - 1]
    rank -= counts[index - 1]
    return start + (end - start) * (rank / count)
