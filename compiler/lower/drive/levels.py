"""Which levels make an alert's condition hold and which do not: a stage enters, levels leave."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from compiler.lower.drive.aim import Band, around, exact_level, grid, level_for
from compiler.lower.drive.scene import base_level
from compiler.lower.drive.stage import Act
from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    from compiler.lower.drive.aim import Curve
    from compiler.lower.drive.evaluate import Evaluator
    from compiler.lower.drive.stage import Stage
    from compiler.lower.plan import Comparison

MARGIN: Final = 0.05
"""How far over, or under, its threshold a value is brought, as a share of it."""
SLACK: Final = 0.01
"""How far a value may be off that, as a share of itself."""
EXTRAPOLATING: Final = frozenset(("rate", "increase", "irate", "delta", "idelta"))
"""Functions whose results waver in their last bits, so that they equal nothing but zero."""


@frozen(kw_only=False)
class Levels(Frozen):
    """`breach` are levels that fire, each with what it shows; `other` those that do not.

    `calm` is what comes before and after; with it the alert is far from firing.
    """

    threshold: float
    calm: float
    breach: tuple[tuple[str, float], ...]
    other: tuple[tuple[str, float], ...]


def find(stage: Stage, query: Evaluator, comparison: Comparison, count: int) -> Levels | None:
    """Given a stage, what evaluates the query, and how many samples a steady state takes.

    Return levels on both sides of the threshold, or None where the driven series has no say.
    """
    if comparison.operator in ("==", "!="):
        return _equal(stage, query, comparison, count)

    def curve(level: float) -> float | None:
        return stage.steady(query, level, count)

    return _Bounds(stage, comparison, curve).levels()


class _Bounds:
    """The search for an alert that compares with ``>``, ``<``, ``>=`` or ``<=``."""

    def __init__(self, stage: Stage, comparison: Comparison, curve: Curve) -> None:
        self.stage = stage
        self.curve = curve
        self.operator = comparison.operator
        self.threshold = float(comparison.threshold)
        self.sign = 1.0 if comparison.operator in (">", ">=") else -1.0
        self.is_ratio = comparison.unit == "ratio" and 0 <= self.threshold <= 1
        use = stage.reading.uses[stage.free]
        self.kind = use.kind
        self.is_whole = (
            comparison.unit == "count"
            and use.kind == "gauge"
            and use.aggregation in (None, "max", "min")
            and self.threshold == int(self.threshold)
        )
        scale = base_level(use.kind, use.selector.name)
        self.grid = grid(
            self.threshold, scale, may_fall=use.kind in ("gauge", "ramp") and not self.is_ratio
        )
        if use.kind == "bucket":
            bounds = next(track.bounds for track in stage.scene.tracks if stage.free in track.uses)
            between = (
                low + (high - low) * part
                for low, high in pairwise((0.0, *bounds))
                for part in (0.05, 0.4, 0.7, 0.999, 1.0)
            )
            self.grid = tuple(sorted(between))

    def level(self, band: Band) -> float | None:
        hints = (self.threshold,)
        return level_for(self.curve, band, hints, self.grid)

    def levels(self) -> Levels | None:
        over = self.level(self._band(1))
        if over is None:
            return None
        if self.is_whole:
            over = math.floor(over) if self.sign < 0 else math.ceil(over)
            over = float(over if over != self.threshold else over + self.sign)
        under = self.level(self._band(-1)) if self.threshold else self._beyond_zero(-1)
        if self.is_whole and under is not None:
            under = float(math.ceil(under) if self.sign < 0 else math.floor(under))
        near = over if under is None else (over + under) / 2
        edge = self._edge(near)
        calm = self._calm(under if under is not None else edge)
        if calm is None:
            return None
        breach = [("at 5% over" if self.threshold else "beyond zero", over)]
        other = [] if under is None else [("at 5% under", under)]
        if edge is not None:
            (breach if self.operator in (">=", "<=") else other).append(("at its threshold", edge))
        return Levels(self.threshold, calm, tuple(breach), tuple(other))

    def _band(self, side: int) -> Band:
        """Return where 5% over (1) or under (-1) lies; a ratio stays one."""
        threshold = self.threshold
        if not threshold:
            return around(self.sign * side, 0.5)
        wanted = threshold + side * self.sign * MARGIN * abs(threshold)
        if self.is_ratio and wanted > 1:
            room = (1 - threshold) / 2
            return around(threshold + room, min(SLACK, room / 4)) if room else Band(1, 1)
        return around(wanted, SLACK)

    def _beyond_zero(self, side: int) -> float | None:
        """Return a level on a side of a threshold of zero; a rate has none below."""
        return self.level(self._band(side))

    def _edge(self, near: float) -> float | None:
        """Return the level at the threshold itself, where no rounding stands in the way."""
        if not self.stage.reading.is_exact:
            return None
        rough = self.level(around(self.threshold, 1e-6) if self.threshold else Band(-1e-9, 1e-9))
        start = near if rough is None else rough
        return exact_level(self.curve, self.threshold, start)

    def _calm(self, otherwise: float | None) -> float | None:
        """Return a level far from firing, or as far as can be."""
        for share in (0.5, 0.2):
            wanted = self.threshold - self.sign * share * abs(self.threshold)
            if self.threshold and not (self.is_ratio and wanted > 1):
                found = self.level(around(wanted, 0.1))
                if found is not None:
                    return found
        return otherwise


def _equal(stage: Stage, query: Evaluator, comparison: Comparison, count: int) -> Levels | None:
    """Find the level that equals a number, and others on both sides of it."""
    wanted = float(comparison.threshold)
    if wanted and stage.reading.functions & EXTRAPOLATING:
        return None
    stage.is_exact = True
    sides = [wanted + 1, wanted - 1]
    if wanted == 1:
        sides.reverse()
    same = _exactly(stage, query, wanted, count, sides)
    others = [_exactly(stage, query, side, count, [wanted]) for side in sides]
    different = [level for level in others if level is not None]
    if same is None or not different:
        return None
    names = [
        (f"at {side:g}", level)
        for side, level in zip(sides, others, strict=True)
        if level is not None
    ]
    if comparison.operator == "==":
        return Levels(wanted, different[0], ((f"at {wanted:g}", same),), tuple(names))
    return Levels(wanted, same, tuple(names), ((f"at {wanted:g}", same),))


def _exactly(
    stage: Stage, query: Evaluator, wanted: float, count: int, before: list[float]
) -> float | None:
    """Return the level that gives a value, lasting or for the first time after another level."""

    def lasting(level: float) -> float | None:
        return stage.steady(query, level, count)

    def sudden(earlier: float, level: float) -> float | None:
        if not stage.play([Act(earlier, count), Act(level, 1)]):
            return None
        return stage.hot_value(query, count * stage.world.step_seconds)

    found = exact_level(lasting, wanted, wanted)
    if found is not None:
        return found
    use = stage.reading.uses[stage.free]
    levels = grid(wanted, base_level(use.kind, use.selector.name), may_fall=use.kind == "gauge")
    near = level_for(lasting, around(wanted, 1e-9), (), levels) if wanted else None
    if near is not None:
        return exact_level(lasting, wanted, near)
    for earlier in before:
        if sudden(earlier, wanted) == wanted:
            return wanted
    return None
