"""An SLO that is tried with the values of one stratum: how often, by which windows, when not."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from compiler.lower.slo.moments import touches
from compiler.lower.slo.trial.course import MARGIN, Phase, Watch
from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from compiler.lower.slo.burn import Branch
    from compiler.lower.slo.plan import SloPlan, Stratum
    from compiler.lower.slo.trial.course import Course
    from compiler.lower.slo.trial.players import Source


MISSED: Final = 0.1
"""By how much of itself a threshold may be wrong, and an outage not tell it."""
MOST_MOMENTS: Final = 3100
"""Moments in a long window, at most, for which an outage is to tell that..."""
SOME_MOMENTS: Final = 1000
"""... and at least, where it would take more of them. They cost their square."""
FREE_SECONDS: Final = 86_400
"""How far a course is put off so that no excluded moment is in it."""
POINTS: Final = 5
"""Evaluations in the short window, at least."""
SAMPLES: Final = 5
"""Samples in the shortest window."""


@frozen(kw_only=False)
class Trial(Frozen):
    """An SLO that is tried with the values of one stratum.

    `grain_seconds` is the shortest window in which anything is counted for it, in seconds, and
    `smear_seconds` the longest of those that its sums, and those of its parts, are made of.
    """

    slo: SloPlan
    stratum: Stratum
    values: Mapping[str, str]
    source: Source
    grain_seconds: float
    smear_seconds: float

    @property
    def sample_seconds(self) -> float:
        """The distance between samples: `SAMPLES` in the shortest window."""
        return self.grain_seconds / SAMPLES


def step_of(trial: Trial, branch: Branch) -> float:
    """Return how often rules are evaluated, so that a window has some points and full samples."""
    most = pace(trial, branch.short_seconds)
    if not is_of_moments(trial):
        return most
    long = branch.long_seconds
    allowed = long * float(branch.threshold(trial.stratum.budget))
    steps = [each for each in _steps(trial.sample_seconds, most) if long <= MOST_MOMENTS * each]
    sharp = (each for spare in (1, 0) for each in steps if _tells(allowed / each, spare))
    coarse = (each for each in steps if long >= SOME_MOMENTS * each)
    return next(sharp, next(coarse, steps[-1] if steps else most))


def _steps(sample: float, most: float) -> Iterator[float]:
    """Yield what evaluations may be apart: some samples, or whole seconds within one."""
    for count in range(round(most / sample), 0, -1):
        yield count * sample
    yield from range(math.ceil(sample) - 1, 0, -1)


def _tells(allowed: float, spare: int) -> bool:
    """Whether an outage tells a threshold of so many moments from one a tenth lower or higher.

    It is asked for the last moment at which it is surely below, and the first one surely above,
    each of which may be off by some to spare.
    """
    below = math.floor((1 - MARGIN) * allowed) - spare
    above = math.floor((1 + MARGIN) * allowed) + 2 + spare
    return below > (1 - MISSED) * allowed and above < (1 + MISSED) * allowed


def pace(trial: Trial, seconds: float) -> float:
    """Return how often rules are evaluated so that a window has some points and full samples."""
    sample = trial.sample_seconds
    return max(sample, seconds // POINTS // sample * sample)


def is_of_moments(trial: Trial) -> bool:
    """Whether what is counted are evaluations, each of them good or bad, and none left out."""
    slo = trial.slo
    return slo.sli.is_sampled and not slo.excluded and not trial.source.is_fine


def watch_of(trial: Trial, branch: Branch, step: float) -> Watch:
    """Given a pair of windows and the seconds of a step, return the pair in steps."""
    slo = trial.slo
    is_sharp = slo.is_counted(branch.long_seconds) or is_of_moments(trial)
    return Watch(
        short=max(1, round(branch.short_seconds / step)),
        long=max(1, round(branch.long_seconds / step)),
        threshold=float(branch.threshold(trial.stratum.budget)),
        smear=1 if is_sharp else max(1, round(trial.smear_seconds / step)),
    )


def excluded_steps(trial: Trial, course: Course, step: float) -> frozenset[int]:
    """Return the steps of a course at which events do not count."""
    slo = trial.slo
    if not slo.excluded:
        return frozenset()
    return frozenset(
        number
        for number in range(sum(phase.steps for phase in course))
        if touches(slo.excluded, slo.base_seconds, (number + 1) * step)
    )


def freed(trial: Trial, course: Course, step: float) -> Course:
    """Return a course, after clean steps if that keeps it free of excluded moments."""
    if not excluded_steps(trial, course, step):
        return course
    length, most = sum(phase.steps for phase in course), math.ceil(FREE_SECONDS / step)
    excluded = excluded_steps(trial, (Phase(most, 0), *course), step)
    ends = (number + 1 for number in sorted(excluded) if number + 1 not in excluded)
    for start in ends:
        if start <= most and excluded.isdisjoint(range(start, start + length)):
            return (Phase(start, 0), *course)
    return course
