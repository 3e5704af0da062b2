"""The courses of pages and tickets: error rates around a threshold, and clean traffic around them.

Each pair of windows has a course of its own: an error rate 5% under the threshold until the long
window is full of it, 5% over, a burst, and clean traffic, with as much clean traffic before that no
pair of a lower threshold fires. Where there is a pair of a higher one, the burst makes both of them
fire, with different shares in their short windows. Where events are moments, which are good or bad
as a whole, 5% cannot be said: an outage stands for it, asked just before and after it is too long.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from compiler.lower.slo.trial.course import Phase

if TYPE_CHECKING:
    from collections.abc import Sequence

    from compiler.lower.slo.trial.course import Course, Watch
    from compiler.lower.slo.trial.trial import Trial


OVER: Final = 1.05
UNDER: Final = 0.95
BURST: Final = 4
"""How far over its threshold a burst is."""


def course_of(
    trial: Trial, watch: Watch, others: Sequence[Watch], pending: int, kept: int
) -> Course:
    """Given a pair of windows and all pairs of its alert, return the course that tries it.

    `pending` and `kept` are the steps until the alert fires, and for which it goes on.
    """
    rest = 2 * watch.short + kept + watch.smear + 2
    if not trial.source.is_fine or OVER * watch.threshold >= 1:
        return outage(watch, pending, rest)
    threshold = watch.threshold
    more = 2 + watch.smear
    phases = (
        Phase(watch.long + more, rounded(UNDER * threshold)),
        Phase(math.ceil(0.8 * watch.long) + pending + more, rounded(OVER * threshold)),
        *_burst(watch, others),
        # The long window is over its threshold for long: it is the short one that ends the alert.
        Phase(2 * watch.short + more, rounded(UNDER * threshold)),
    )
    lead = _lead(trial, phases, watch, others)
    return (lead, *phases, Phase(rest, 0, lead.weight))


def _burst(watch: Watch, others: Sequence[Watch]) -> Course:
    """Return phases in which the pair of the next higher threshold, if any, fires as well."""
    higher = [each for each in others if watch.threshold < each.threshold < UNDER]
    if not higher:
        return (Phase(watch.short, rounded(min(1.0, BURST * watch.threshold))),)
    next_one = min(higher, key=lambda each: each.threshold)
    return (
        Phase(next_one.long + next_one.smear, rounded(UNDER * next_one.threshold)),
        Phase(watch.short, rounded(min(1.0, BURST * next_one.threshold))),
    )


def _lead(trial: Trial, phases: Course, watch: Watch, others: Sequence[Watch]) -> Phase:
    """Return clean steps before some phases that keep the pairs of lower thresholds from firing.

    They have more events than the other steps where that is possible: what has happened since is
    then too little for a window that still knows them.
    """
    lower = [each for each in others if each.threshold < watch.threshold]
    if not lower:
        return Phase(1, 0)
    bad = sum(phase.steps * phase.share for phase in phases)
    steps = sum(phase.steps for phase in phases)
    events = max(1, math.ceil(bad / (0.97 * min(each.threshold for each in lower)) - steps))
    blurred = 2 * watch.smear + 2
    room = min(each.long for each in lower) - steps - blurred
    if not trial.source.is_weighed or room < 1:
        return Phase(events, 0)
    count = min(events, room, watch.short)
    return Phase(count + blurred, 0, math.ceil(events / count))


def outage(watch: Watch, pending: int, rest: int) -> Course:
    """Return a course of moments that are bad as a whole, for longer than a threshold allows."""
    enough = math.ceil(watch.threshold * (watch.long + 1) * 1.02) + watch.smear + 2
    return (
        Phase(watch.long + watch.smear + 2, 0),
        Phase(max(enough, watch.short + watch.smear + 1) + pending, 1),
        Phase(rest, 0),
    )


def rounded(share: float) -> float:
    """Return a share of four digits: it is shown as it is."""
    return float(f"{share:.4g}")
