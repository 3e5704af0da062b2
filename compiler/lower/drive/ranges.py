"""Functions over a range of samples, written after Prometheus' own (`promql/functions.go`).

The order of every addition and multiplication is Prometheus', so that the doubles are the same.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TypeAlias

Points: TypeAlias = Sequence[tuple[float, float]]
OverRange: TypeAlias = Callable[[Points, float, float], float | None]
"""Samples with their times, the begin and the end of the range; None where nothing comes out."""


def _extrapolated(
    points: Points, begin: float, end: float, *, is_counter: bool, is_rate: bool
) -> float | None:
    if len(points) < 2:
        return None
    result = points[-1][1] - points[0][1]
    if is_counter:
        previous = points[0][1]
        for _, value in points:
            if value < previous:
                result += previous
            previous = value
    to_start = points[0][0] - begin
    to_end = end - points[-1][0]
    sampled = points[-1][0] - points[0][0]
    average = sampled / (len(points) - 1)
    if is_counter and result > 0 and points[0][1] >= 0:
        to_zero = sampled * (points[0][1] / result)
        to_start = min(to_start, to_zero)
    threshold = average * 1.1
    extrapolated = sampled
    extrapolated += to_start if to_start < threshold else average / 2
    extrapolated += to_end if to_end < threshold else average / 2
    factor = extrapolated / sampled
    if is_rate:
        factor /= end - begin
    return result * factor


def _rate(points: Points, begin: float, end: float) -> float | None:
    return _extrapolated(points, begin, end, is_counter=True, is_rate=True)


def _increase(points: Points, begin: float, end: float) -> float | None:
    return _extrapolated(points, begin, end, is_counter=True, is_rate=False)


def _delta(points: Points, begin: float, end: float) -> float | None:
    return _extrapolated(points, begin, end, is_counter=False, is_rate=False)


def _irate(points: Points, _begin: float, _end: float) -> float | None:
    if len(points) < 2:
        return None
    (earlier, before), (later, last) = points[-2:]
    result = last if last < before else last - before
    return result / (later - earlier)


def _idelta(points: Points, _begin: float, _end: float) -> float | None:
    return None if len(points) < 2 else points[-1][1] - points[-2][1]


def _average(points: Points, _begin: float, _end: float) -> float | None:
    """Average in steps with what is lost kept apart, as Prometheus does since 2.31."""
    if not points:
        return None
    mean = count = lost = 0.0
    for _, value in points:
        count += 1
        mean, lost = kahan(value / count - mean / count, mean, lost)
    return mean + lost


def _sum(points: Points, _begin: float, _end: float) -> float | None:
    if not points:
        return None
    total = lost = 0.0
    for _, value in points:
        total, lost = kahan(value, total, lost)
    return total + lost


def kahan(value: float, total: float, lost: float) -> tuple[float, float]:
    """Add with what is lost kept apart: Neumaier's form, as in Prometheus' `kahanSumInc`."""
    now = total + value
    if abs(total) >= abs(value):
        lost += (total - now) + value
    else:
        lost += (value - now) + total
    return now, lost


def _changes(points: Points, _begin: float, _end: float) -> float | None:
    pairs = pairwise(points)
    return float(sum(left[1] != right[1] for left, right in pairs)) if points else None


def _resets(points: Points, _begin: float, _end: float) -> float | None:
    pairs = pairwise(points)
    return float(sum(left[1] > right[1] for left, right in pairs)) if points else None


def quantile(share: float, values: Sequence[float]) -> float:
    """Given a share and numbers, return the number below which that share lies."""
    if not values or math.isnan(share):
        return math.nan
    if not 0 <= share <= 1:
        return -math.inf if share < 0 else math.inf
    ordered = sorted(values)
    rank = share * (len(ordered) - 1)
    lower = max(0, math.floor(rank))
    upper = min(len(ordered) - 1, lower + 1)
    weight = rank - math.floor(rank)
    return ordered[lower] * (1 - weight) + ordered[upper] * weight


OVER_RANGES: dict[str, OverRange] = {
    "rate": _rate,
    "increase": _increase,
    "delta": _delta,
    "irate": _irate,
    "idelta": _idelta,
    "changes": _changes,
    "resets": _resets,
    "avg_over_time": _average,
    "sum_over_time": _sum,
    "min_over_time": lambda points, _b, _e: min((v for _, v in points), default=None),
    "max_over_time": lambda points, _b, _e: max((v for _, v in points), default=None),
    "last_over_time": lambda points, _b, _e: points[-1][1] if points else None,
    "count_over_time": lambda points, _b, _e: float(len(points)) if points else None,
    "present_over_time": lambda points, _b, _e: 1.0 if points else None,
}
"""Functions by name."""

KEEPS_NAME = frozenset(("last_over_time",))
"""Functions whose result goes on under the metric's name."""
