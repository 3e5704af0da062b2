"""Courses of events, and what an alert makes of them: shares of bad events become states.

Time goes in steps of one evaluation. Where the answer depends on whether a sample at the edge of a
window is in it, on the smear of summed windows, or on less than `MARGIN` of a threshold, the state
is not told, so that a test never asks there: it holds for every version of Prometheus.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Final

from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

MARGIN: Final = 0.01
"""How far from its threshold a share must be to count as above or below."""


@frozen(kw_only=False)
class Phase(Frozen):
    """Steps in which the same share of the events is bad.

    `weight` is how many events a step has, where another phase has one.
    """

    steps: int
    share: float
    weight: float = 1


@frozen(kw_only=False)
class Watch(Frozen):
    """A pair of windows in steps, and the share above which both must be."""

    short: int
    long: int
    threshold: float
    smear: int = 1
    """Steps of the shortest window, where windows are summed from what was counted in it."""


@frozen(kw_only=False)
class Moment(Frozen):
    """What is sure at a step: whether an alert fires, and the share that it gives, if any."""

    fires: bool | None
    share: float | None = None


Course = tuple[Phase, ...]


@lru_cache(maxsize=512)
def turning_points(
    course: Course,
    watches: tuple[Watch, ...],
    pending: int,
    kept: int,
    excluded: frozenset[int] = frozenset(),
) -> Mapping[int, Moment]:
    """Given what `moments` is given, return what is sure just before and after each turn, by step.

    Many SLOs have the same objective and windows, and so the same course.
    """
    found = moments(course, watches, pending, kept, excluded)
    return {step: found[step] for step in turns(found)}


def moments(
    course: Course,
    watches: tuple[Watch, ...],
    pending: int,
    kept: int,
    excluded: frozenset[int] = frozenset(),
) -> tuple[Moment, ...]:
    """Given a course and when an alert fires, return what is sure of it after every step.

    `pending` and `kept` are the steps for which the condition must hold before the alert fires, and
    for which it goes on afterwards. `excluded` are the steps that do not count.
    """
    played = _Played.of(course, excluded)
    conditions = [_condition(played, watches, step) for step in range(len(played.shares))]
    return tuple(_lasting(conditions, pending, kept))


def turns(found: Sequence[Moment]) -> Iterator[int]:
    """Given what is sure, yield the steps just before and just after an alert begins or ends.

    Those too at which the share that it gives becomes another one.
    """
    sure = [step for step, moment in enumerate(found) if moment.fires is not None]
    shown = None
    for before, after in pairwise(sure):
        if found[before].fires != found[after].fires:
            yield before
            yield after
        elif found[after].share not in (None, shown):
            yield after
        shown = found[after].share or shown


@frozen(kw_only=False)
class _Played(Frozen):
    """A course, step by step: the share that is bad, and sums of bad events and of all of them."""

    shares: Sequence[float]
    bad: Sequence[float]
    total: Sequence[float]

    @classmethod
    def of(cls, course: Course, excluded: frozenset[int]) -> _Played:
        phases = [phase for phase in course for _ in range(phase.steps)]
        weights = [0 if step in excluded else phase.weight for step, phase in enumerate(phases)]
        return cls(
            shares=[phase.share for phase in phases],
            bad=[
                0.0,
                *accumulate(
                    phase.share * weight for phase, weight in zip(phases, weights, strict=True)
                ),
            ],
            total=[0.0, *accumulate(weights)],
        )

    def share(self, end: int, length: int) -> float | None:
        """Return the share in the steps before `end`, None where nothing counts in them.

        What was before the course is no event.
        """
        end, begin = max(end, 1), max(end - max(length, 1), 0)
        begin = min(begin, end - 1)
        total = self.total[end] - self.total[begin]
        return (self.bad[end] - self.bad[begin]) / total if total else None


def _condition(played: _Played, watches: Sequence[Watch], step: int) -> Moment:
    """Return whether any watch is met at a step, and the largest share of a short window."""
    answers = [_met(played, watch, step) for watch in watches]
    if True not in answers:
        return Moment(fires=None if None in answers else False)
    inside = [
        (is_met, played.shares[max(0, step - watch.short - watch.smear) : step + 1])
        for watch, is_met in zip(watches, answers, strict=True)
        if is_met is not False
    ]
    even = [shares[0] for is_met, shares in inside if is_met and min(shares) == max(shares)]
    largest = max(even, default=None)
    if largest is None or any(max(shares) > largest for _, shares in inside):
        return Moment(fires=True)
    return Moment(fires=True, share=largest)


def _met(played: _Played, watch: Watch, step: int) -> bool | None:
    short = _above(played, watch.short, watch, step)
    if short is False:
        return False
    long = _above(played, watch.long, watch, step)
    if long is False:
        return False
    return True if short and long else None


def _above(played: _Played, length: int, watch: Watch, step: int) -> bool | None:
    """Return whether the share in a window is above the threshold, None if it is not sure."""
    smear = watch.smear
    asked = [
        played.share(step + 1 - end, length + more)
        for end, more in ((0, 0), (0, 1), (0, -1), (1, 0), (smear, 0), (0, smear), (smear, 1))
    ]
    found = [share for share in asked if share is not None]
    if len(found) < len(asked):
        return None if found else False
    if min(found) > watch.threshold * (1 + MARGIN):
        return True
    return False if max(found) < watch.threshold * (1 - MARGIN) else None


def _lasting(conditions: Sequence[Moment], pending: int, kept: int) -> Iterator[Moment]:
    """Yield what is sure of the alert, given what is sure of its condition at every step."""
    possible_since = -1
    last_possible = -kept - 1
    held = 0
    for step, condition in enumerate(conditions):
        held = held + 1 if condition.fires else 0
        possible_since = step if condition.fires is False else possible_since
        if step - possible_since > pending:
            last_possible = step
        if held > pending:
            yield condition
        elif step - last_possible > kept:
            yield Moment(fires=False)
        else:
            yield Moment(fires=None)
