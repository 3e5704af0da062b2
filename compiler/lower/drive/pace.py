"""How often a test samples and evaluates: an alert, its group and its ranges enter."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from compiler.lower.drive.world import Unforeseeable
from compiler.targets.prometheus import supports
from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    from compiler.lower.drive.scene import Scene
    from compiler.lower.drive.uses import Reading
    from compiler.lower.plan import AlertPlan, GroupPlan

MAX_EVALUATIONS: Final = 400
"""Evaluations of one test, about; promtool evaluates every rule of the file at each of them."""
MOST_EVALUATIONS: Final = 1_000
"""Evaluations of a test that could not show `for` with fewer."""
MAX_SAMPLES: Final = 9_000
"""Samples that one query may read; promtool's cap is 10,000."""
ENOUGH_SAMPLES: Final = 60
"""Samples of a range that show it well."""
OLDEST_SECONDS: Final = 300
"""Samples of an instant lie no further apart, or it would find none."""


@frozen(kw_only=False)
class Pace(Frozen):
    """The intervals of a test in seconds; one is a whole multiple of the other."""

    sample_seconds: float
    evaluation_seconds: float
    for_seconds: float
    keep_seconds: float
    offset_seconds: float
    longest_seconds: float

    @property
    def unit_seconds(self) -> float:
        """The longer one of both: phases are whole multiples of it."""
        return max(self.sample_seconds, self.evaluation_seconds)

    @property
    def steady_samples(self) -> int:
        """Samples until nothing of what was before is seen any more."""
        return math.ceil(self.longest_seconds / self.sample_seconds) + 4

    def samples(self, seconds: float, more: int) -> int:
        """Return how many samples fill some seconds and `more` units."""
        units = math.ceil(seconds / self.unit_seconds - 1e-9) + more
        return round(units * self.unit_seconds / self.sample_seconds)

    def check(self, reading: Reading, scene: Scene) -> None:
        """Raise `Unforeseeable` when a query would read more samples than promtool allows."""
        total = 0.0
        for use in reading.uses:
            if not use.selector.range_seconds:
                continue
            series = sum(
                use.selector.accepts(each.labels) for track in scene.tracks for each in track.series
            )
            total += series * (use.selector.range_seconds / self.sample_seconds + 1)
        if total > MAX_SAMPLES:
            raise Unforeseeable("its range holds more samples than a query of promtool may read")


def pace_of(
    alert: AlertPlan, group: GroupPlan, reading: Reading, version: str, lasting_seconds: float = 0
) -> Pace:
    """Given an alert and what it asks, return its pace: that of its group, where that is not slow.

    `lasting_seconds` is what the test takes beyond ranges and `for`.
    """
    keep = alert.keep_firing_for_seconds or 0
    keep = keep if supports(version, "keep_firing_for") else 0
    offset = group.query_offset_seconds or 0
    offset = offset if supports(version, "query_offset") else 0
    longest = reading.longest_seconds + offset
    total = lasting_seconds + 3 * longest + alert.for_seconds + keep + 20 * group.interval_seconds
    evaluation = _evaluation(group.interval_seconds, alert.for_seconds, total)
    return Pace(
        sample_seconds=_sample(evaluation, reading),
        evaluation_seconds=evaluation,
        for_seconds=alert.for_seconds,
        keep_seconds=keep,
        offset_seconds=offset,
        longest_seconds=longest,
    )


def _evaluation(interval: float, for_seconds: float, total: float) -> float:
    """Return the group's interval, or a multiple of it, of which `for` is one if it can be."""
    least = max(1, math.ceil(total / interval / MAX_EVALUATIONS))
    for factor in range(least, least * 2 + 1):
        steps = for_seconds / (interval * factor)
        if steps >= 1 and abs(steps - round(steps)) < 1e-9:
            return interval * factor
    waits = for_seconds / interval
    if waits >= 1 and waits == int(waits) and total / for_seconds <= MOST_EVALUATIONS:
        return for_seconds
    return interval * least


def _sample(evaluation: float, reading: Reading) -> float:
    """Return the seconds between samples: as often as is evaluated, where the ranges allow it."""
    ranges = [use.selector.range_seconds for use in reading.uses if use.selector.range_seconds]
    if not ranges:
        return evaluation
    shortest, longest = min(ranges) / 4, max(ranges)
    if evaluation > shortest:
        return _part(evaluation, shortest)
    if any(use.kind == "stamp" for use in reading.uses):
        return evaluation
    if any(not use.selector.range_seconds for use in reading.uses):
        shortest = min(shortest, OLDEST_SECONDS)
    factor = max(1, math.floor(min(shortest, longest / ENOUGH_SAMPLES) / evaluation))
    return evaluation * factor


def _part(evaluation: float, most: float) -> float:
    """Return an even part of an interval, whole milliseconds, and not longer than `most`."""
    milliseconds = round(evaluation * 1000)
    for parts in range(max(1, math.ceil(evaluation / most)), 1_000):
        if milliseconds % parts == 0:
            return milliseconds / parts / 1000
    return evaluation
