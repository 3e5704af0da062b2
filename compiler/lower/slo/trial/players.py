"""Series that are played: counters, gauges and ages, whose courses become samples."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from compiler.lower.alert_test import InputSeries
from compiler.lower.drive.series import Run, notation, selector_of
from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from compiler.lower.slo.trial.course import Course

EVENTS: Final = 4_000_000
"""Events between two samples: shares of them are whole numbers, as a rule."""
DIGITS: Final = 3
"""After the point of a number of events, where a share is too small for that."""

Role: TypeAlias = Literal["part", "rest", "whole"]
"""What a counter counts: the bad or the good events, the others, or all of them."""


@frozen(kw_only=False)
class Counter(Frozen):
    """One counter: what it counts, its labels, and its part of all that is counted so."""

    role: Role
    labels: Mapping[str, str]
    weight: float = 1


@frozen(kw_only=False)
class Counters(Frozen):
    """Counters of events. `is_good` says that the part that is counted is the good one.

    `beyond` are counters of which the part is not in the whole, where it may be in that of
    `series`; it is None where a part that is not in the whole cannot be counted.
    """

    series: tuple[Counter, ...]
    is_good: bool
    beyond: tuple[Counter, ...] | None = None
    is_fine: bool = True
    is_weighed: bool = True

    def play(
        self, course: Course, samples: int, seconds: float, *, events: float = EVENTS
    ) -> tuple[InputSeries, ...]:
        """Given a course, the samples in a step and the events in a sample, return the series."""
        return tuple(
            InputSeries(
                series=selector_of(counter.labels),
                values=_growth(self._share_of(counter), course, samples, events),
            )
            for counter in self.series
        )

    def interrupted(self, share: float, steps: int) -> tuple[InputSeries, ...]:
        """Return the series of events that cease, and of counters that then begin anew."""
        found = []
        for counter in self.series:
            slope = self._share_of(counter).slope(share, EVENTS)
            runs = [
                Run(0.0, slope, steps + 1),
                Run(slope * steps, 0, steps),
                Run(0.0, slope, steps),
            ]
            found.append(_input(counter.labels, runs))
        return tuple(found)

    def _share_of(self, counter: Counter) -> _Share:
        return _Share(counter.role, counter.weight, self.is_good)


@frozen(kw_only=False)
class _Share(Frozen):
    """What of all events a counter counts, whatever its labels are."""

    role: Role
    weight: float
    is_good: bool

    def slope(self, share: float, events: float) -> float:
        """Return how much the counter grows from sample to sample while a share is bad."""
        part = (1 - share if self.is_good else share) * events
        count = {"part": part, "rest": events - part, "whole": events}[self.role]
        slope = count * self.weight
        return round(slope, DIGITS) if events >= EVENTS else slope


@lru_cache(maxsize=2048)
def _growth(counted: _Share, course: Course, samples: int, events: float) -> str:
    """Return the samples of a counter, which begins at zero; many SLOs have the same course."""
    runs, value = [Run(0.0, 0, 1)], 0.0
    for phase in course:
        slope = counted.slope(phase.share, events * phase.weight)
        count = phase.steps * samples
        runs.append(Run(value + slope, slope, count))
        value += slope * count
    return notation(runs)


@frozen(kw_only=False)
class Gauge(Frozen):
    """A gauge that has one value while all is well, else another one."""

    labels: Mapping[str, str]
    good: float
    bad: float
    is_fine: bool = False
    is_weighed: bool = False

    def play(self, course: Course, samples: int, seconds: float) -> tuple[InputSeries, ...]:
        """Given a course and the samples in a step, return the series."""
        runs = [
            Run(self.bad if phase.share else self.good, 0, count)
            for phase, count in zip(course, _counts(course, samples), strict=True)
        ]
        return (_input(self.labels, runs),)


@frozen(kw_only=False)
class Stamp(Frozen):
    """The time of the last renewal: now while all is well, else too long ago."""

    labels: Mapping[str, str]
    limit_seconds: float
    is_fine: bool = False
    is_weighed: bool = False

    def play(self, course: Course, samples: int, seconds: float) -> tuple[InputSeries, ...]:
        """Given a course, the samples in a step and their distance, return the series."""
        runs, begin = [], 0.0
        for phase, count in zip(course, _counts(course, samples), strict=True):
            late = 2 * self.limit_seconds if phase.share else 0
            runs.append(Run(begin - late, seconds, count))
            begin += count * seconds
        return (_input(self.labels, runs),)


@frozen(kw_only=False)
class Level(Frozen):
    """A gauge that is the share of what is bad, or of what is good."""

    labels: Mapping[str, str]
    is_good: bool
    is_fine: bool = True
    is_weighed: bool = False

    def play(self, course: Course, samples: int, seconds: float) -> tuple[InputSeries, ...]:
        """Given a course and the samples in a step, return the series."""
        runs = [
            Run(1 - phase.share if self.is_good else phase.share, 0, count)
            for phase, count in zip(course, _counts(course, samples), strict=True)
        ]
        return (_input(self.labels, runs),)


@frozen(kw_only=False)
class Unison(Frozen):
    """The parts of a composite, all of them as good and as bad at the same time."""

    sources: tuple[Source, ...]
    is_weighed: bool = False

    @property
    def is_fine(self) -> bool:
        """Whether all parts can have any share of bad events."""
        return all(source.is_fine for source in self.sources)

    def play(self, course: Course, samples: int, seconds: float) -> tuple[InputSeries, ...]:
        """Given a course, the samples in a step and their distance, return the series."""
        played = (each for source in self.sources for each in source.play(course, samples, seconds))
        return tuple({each.series: each for each in played}.values())


# `is_fine` says that any share of the events can be bad, `is_weighed` that steps can have more
# events or less.
Source: TypeAlias = Counters | Gauge | Stamp | Level | Unison


def _counts(course: Course, samples: int) -> Iterator[int]:
    """Yield the samples of each phase; the first begins at time zero, a sample before its steps."""
    for number, phase in enumerate(course):
        yield phase.steps * samples + (number == 0)


def _input(labels: Mapping[str, str], runs: Sequence[Run]) -> InputSeries:
    return InputSeries(series=selector_of(labels), values=notation(runs))
