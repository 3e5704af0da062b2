"""When an alert fires: what its expression gives at each evaluation enters, its states leave.

After Prometheus' `AlertingRule.Eval`: pending from the first result on, firing when `for` has
passed, inactive again when the result is gone and `keep_firing_for` is over.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

from compiler.lower.drive.vector import key_of, without_name
from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from compiler.lower.drive.series import Labels
    from compiler.lower.drive.vector import Vector

    Key = tuple[tuple[str, str], ...]

PROBES = 24
"""Evaluations that are looked at within a stretch in which something changes."""


@frozen(kw_only=False)
class Spell(Frozen):
    """An alert of one label set fires from one evaluation on, up to another, which is excluded.

    `held` is the evaluation from which on its condition was over; none when it never was.
    """

    labels: Labels
    first: int
    end: int | None
    held: int | None


@frozen
class Clockwork(Frozen):
    """How often rules are evaluated, and how an alert answers; evaluations are counted from 0."""

    interval_seconds: float
    for_seconds: float
    keep_seconds: float
    count: int


class Timeline:
    """One test's evaluations; results are kept, as neighbours are mostly alike."""

    def __init__(
        self,
        result: Callable[[float], Vector],
        clockwork: Clockwork,
        edges: Sequence[float],
        reach_seconds: Sequence[float],
    ) -> None:
        self.result = result
        self.clockwork = clockwork
        self.known: dict[int, dict[Key, tuple[Labels, float]]] = {}
        self.spells = self._spells(self._stretches(edges, reach_seconds))

    def at(self, evaluation: int) -> dict[Key, tuple[Labels, float]]:
        """Return the results of one evaluation by their labels."""
        known = self.known.get(evaluation)
        if known is None:
            found = self.result(evaluation * self.clockwork.interval_seconds)
            bare = ((without_name(labels), value) for labels, value in found)
            known = {key_of(labels): (labels, value) for labels, value in bare}
            self.known[evaluation] = known
        return known

    def _stretches(
        self, edges: Sequence[float], reach_seconds: Sequence[float]
    ) -> list[tuple[int, frozenset[Key]]]:
        """Return from which evaluation on which label sets have a result.

        Something changes only where the series do, and where a range loses sight of that.
        """
        interval, count = self.clockwork.interval_seconds, self.clockwork.count
        points = {0, count - 1}
        for edge in edges:
            begin = math.ceil(edge / interval - 1e-9)
            points |= {begin - 1, begin, begin + 1}
            for reach in reach_seconds:
                end = math.ceil((edge + reach) / interval - 1e-9)
                points |= {end - 1, end, end + 1}
                points |= set(range(begin, end, max(1, (end - begin) // PROBES)))
        probes = sorted(point for point in points if 0 <= point < count)
        found = [(0, frozenset(self.at(0)))]
        for left, right in pairwise(probes):
            self._split(left, right, found)
        return found

    def _split(self, left: int, right: int, found: list[tuple[int, frozenset[Key]]]) -> None:
        """Add the changes between two evaluations, each at the first one that shows it."""
        before, after = frozenset(self.at(left)), frozenset(self.at(right))
        if before == after:
            return
        if right - left == 1:
            found.append((right, after))
            return
        middle = (left + right) // 2
        self._split(left, middle, found)
        self._split(middle, right, found)

    def _spells(self, stretches: list[tuple[int, frozenset[Key]]]) -> list[Spell]:
        keys = sorted({key for _, present in stretches for key in present})
        return [spell for key in keys for spell in self._spells_of(key, stretches)]

    def _spells_of(self, key: Key, stretches: list[tuple[int, frozenset[Key]]]) -> list[Spell]:
        """Walk through the stretches of one label set."""
        work = self.clockwork
        wait = math.ceil(work.for_seconds / work.interval_seconds - 1e-9)
        keep = math.ceil(work.keep_seconds / work.interval_seconds - 1e-9)
        spells: list[Spell] = []
        active: int | None = None
        firing: int | None = None
        held: int | None = None
        bounds = [*(start for start, _ in stretches), work.count]
        for (start, present), end in zip(stretches, bounds[1:], strict=True):
            if key in present:
                if held is not None and firing is not None and start >= held + keep:
                    spells.append(Spell(dict(key), firing, held + keep, held))
                    active = firing = None
                held = None
                active = start if active is None else active
                if firing is None and active + wait < end:
                    firing = max(active + wait, active)
            elif firing is None:
                active = None
            elif held is None:
                held = start
        if firing is not None:
            over = held + keep if held is not None and held + keep < work.count else None
            spells.append(Spell(dict(key), firing, over, held))
        return spells
