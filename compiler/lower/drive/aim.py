"""Levels that bring an expression to a value: a stage and wanted values enter, levels leave."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Curve = Callable[[float], float | None]

HALVINGS: Final = 60
"""Steps of a search between two levels."""


@frozen(kw_only=False)
class Band(Frozen):
    """The values that will do, both ends included."""

    least: float
    most: float

    def holds(self, value: float | None) -> bool:
        """Whether a value lies within."""
        return value is not None and self.least <= value <= self.most


def around(value: float, width: float) -> Band:
    """Return the band about a value; `width` is a share of it."""
    reach = abs(value) * width
    return Band(value - reach, value + reach)


def level_for(
    curve: Curve, band: Band, hints: tuple[float, ...], grid: tuple[float, ...]
) -> float | None:
    """Given how a value follows from a level, return a short level within a band, or None."""
    middle = (band.least + band.most) / 2
    for hint in (middle, *hints):
        if band.holds(curve(hint)):
            return _shortened(curve, band, hint)
    bracket = _bracket(curve, middle, grid)
    if bracket is None:
        return None
    low, high, is_rising = bracket
    for _ in range(HALVINGS):
        between = (low + high) / 2
        value = curve(between)
        if value is None:
            return None
        if band.holds(value):
            return _shortened(curve, band, between)
        if (value < middle) is is_rising:
            low = between
        else:
            high = between
    return None


def _bracket(
    curve: Curve, wanted: float, grid: tuple[float, ...]
) -> tuple[float, float, bool] | None:
    """Return two neighbours of the grid with the value between theirs, and whether it rises."""
    before: tuple[float, float] | None = None
    for level in grid:
        value = curve(level)
        if value is None or not math.isfinite(value):
            before = None
            continue
        if (
            before is not None
            and (before[1] - wanted) * (value - wanted) <= 0
            and before[1] != value
        ):
            return before[0], level, value > before[1]
        before = (level, value)
    return None


def _shortened(curve: Curve, band: Band, level: float) -> float:
    """Return the level with as few digits as will do."""
    for digits in range(1, 12):
        shorter = float(f"{level:.{digits}g}")
        if band.holds(curve(shorter)):
            return shorter
    return level


def exact_level(curve: Curve, wanted: float, near: float) -> float | None:
    """Return a level that gives a value to the last bit, close to one that nearly does."""
    for level in _neighbours(near):
        if curve(level) == wanted:
            return level
    reach = abs(near) * 1e-5
    low, high = near - reach, near + reach
    least, most = curve(low), curve(high)
    if least is None or most is None or (least - wanted) * (most - wanted) > 0:
        return None
    for _ in range(HALVINGS):
        between = (low + high) / 2
        value = curve(between)
        if value is None or value == wanted:
            return None if value is None else between
        if (value < wanted) is (least < most):
            low = between
        else:
            high = between
    return None


def _neighbours(level: float) -> Iterator[float]:
    for digits in range(1, 16):
        yield float(f"{level:.{digits}g}")
    yield level
    below = above = level
    for _ in range(8):
        below, above = math.nextafter(below, -math.inf), math.nextafter(above, math.inf)
        yield below
        yield above


def grid(threshold: float, scale: float, *, may_fall: bool) -> tuple[float, ...]:
    """Return levels to begin with, ascending: nothing, powers of ten, and what the numbers say."""
    sizes = {abs(threshold), abs(threshold) * 2, scale, scale * 2}
    sizes |= {10.0**power for power in range(-4, 13, 2)}
    found = {0.0, *sizes}
    if may_fall:
        found |= {-size for size in sizes}
    return tuple(sorted(found))
