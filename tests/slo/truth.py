"""The truth about an SLO, from its definition: what was seen of events enters, verdicts leave.

Nothing here knows PromQL. An event is an increase of a counter between two of its samples, or one
sample of a gauge; what a counter had at its first sample happened before anybody looked. The share
of bad events in a window is ``bad / all`` of the events that were seen in it.

A monitor sees events through scrapes and sums of records, which blur the ends of a window and the
young of a series. `Stream` therefore knows the least and the most that any honest reading of its
samples can make of a window: between the two no verdict is given (None).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from itertools import accumulate
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MARGIN: Final = 0.05
"""Share of a limit by which a share of bad events may miss it without a verdict."""
STRETCHED: Final = (0.7, 1.35)
"""Weights that sums of rates give to events near an end of their series, or near a gap in it."""
REACH: Final = 1.1
"""Samples by which Prometheus extends a range at most, at each end."""
BLUR: Final = 0.6
"""Samples' worth of all events by which a difference of two counters may be off: a rate extends a
young series by half a sample, or, where it began near zero, by up to 1.1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Events that were seen at once: not by the sample at `after`, but by that at `by`; seconds.

    A sample of a gauge is seen at one moment. `slack` is how many events are weighed freely, since
    rates extend or shorten their series there: at its ends, at gaps, near zero. `before` is what
    the counter had before.
    """

    after: float
    by: float
    count: float
    slack: float = 0
    before: float = 0


@dataclass(slots=True)
class Stream:
    """What was seen of good or of bad events in one place, in order; times are seconds.

    `is_counter` says that they are increases, which rates extend to the ends of their windows;
    `rest_of` what was seen of all events, of which these are the difference to a part.
    """

    is_bad: bool
    seen: Sequence[Seen]
    scrape_seconds: float
    is_counter: bool = True
    rest_of: Stream | None = None
    afters: list[float] = field(init=False)
    bys: list[float] = field(init=False)
    sums: list[float] = field(init=False)
    loose: list[float] = field(init=False)

    def __post_init__(self) -> None:
        self.afters = [each.after for each in self.seen]
        self.bys = [each.by for each in self.seen]
        self.sums = [0.0, *accumulate(each.count for each in self.seen)]
        self.loose = [0.0, *accumulate(each.slack for each in self.seen)]

    def count(self, start: float, end: float) -> float:
        """Return the events that were seen after `start`, and by `end`."""
        first, past = bisect_right(self.bys, start), bisect_right(self.bys, end)
        return self.sums[max(first, past)] - self.sums[first]

    def counted(self, start: float, end: float) -> tuple[float, float]:
        """Return the least and the most that a count over a window can say."""
        first, past, core, most = self._within(start, end, smear=0)
        if first >= past or not self.is_counter:
            return core, most
        begin, last = self.afters[first], self.bys[past - 1]
        between = (last - begin) / (past - first)
        near = REACH * max(self.scrape_seconds, between)
        again, blur = self._of_difference(first, past)
        if begin - start <= near and end - last <= near:
            return core, most + again
        # A count that starts or ends inside the window is extended by up to a sample at each end.
        least = core * (1 - min(0.5, 2 * self.scrape_seconds / (end - start)))
        return least - blur, most + again + core * 1.7 * between / (last - begin) + blur

    def _of_difference(self, first: int, past: int) -> tuple[float, float]:
        """Return what a difference of two counters may count again, and how far it may be off.

        A counter that began near zero is extended down to it, another one by half a sample.
        """
        if self.rest_of is None:
            return 0.0, 0.0
        of = self.rest_of
        each = (of.sums[past] - of.sums[first]) / (past - first)
        each_part = each - (self.sums[past] - self.sums[first]) / (past - first)
        before, before_part = of.seen[first].before, of.seen[first].before - self.seen[first].before
        reaches = REACH * each, REACH * each_part
        is_sure = before > 1.05 * reaches[0] and before_part > 1.05 * reaches[1]
        is_near_zero = before < 0.95 * reaches[0] and before_part < 0.95 * reaches[1]
        blur = 0.0 if is_sure or is_near_zero else BLUR * each
        return (0.0 if is_sure else self.seen[first].before), blur

    def summed(self, start: float, end: float, smear_seconds: float) -> tuple[float, float]:
        """Return the least and the most that sums of records of a shorter window can say."""
        _first, _past, core, most = self._within(start, end, smear=smear_seconds)
        return core, most

    def _within(self, start: float, end: float, *, smear: float) -> tuple[int, int, float, float]:
        """Return from where to where events are surely within, their least and their most.

        What is seen at a moment is told of for `smear` seconds.
        """
        first = bisect_right(self.afters, start)
        past = bisect_right(self.bys, end - smear)
        core = self.sums[past] - self.sums[first] if past > first else 0.0
        begin, beyond = bisect_left(self.bys, start - smear), bisect_right(self.afters, end)
        beyond = max(begin, beyond)
        slack = self.loose[beyond] - self.loose[begin]
        low, high = STRETCHED
        most = self.sums[beyond] - self.sums[begin] + slack * (high - 1)
        return first, past, max(0.0, core - slack * (1 - low)), most


def share(streams: Iterable[Stream], start: float, end: float) -> float | None:
    """Given what was seen, return the true share of bad events in a window, None without events."""
    bad = total = 0.0
    for stream in streams:
        count = stream.count(start, end)
        total += count
        bad += count * stream.is_bad
    return bad / total if total else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The least and the most of good and of bad events that can be read."""

    good: tuple[float, float]
    bad: tuple[float, float]

    def exceeds(self, limit: float) -> bool | None:
        """Whether more than a share of the events is bad; None where that cannot be told."""
        if self.bad[1] + self.good[1] == 0:
            return False
        least, most = self.shares()
        if least > limit * (1 + MARGIN):
            return True
        return False if most < limit * (1 - MARGIN) else None

    def shares(self) -> tuple[float, float]:
        """Return the least and the most of the share of bad events."""
        low, high = max(0.0, self.good[0]), self.good[1]
        return _part(self.bad[0], low if self.bad[0] < 0 else high), _part(self.bad[1], low)

    def has(self, events: float, errors: float) -> bool | None:
        """Whether there are so many events, and so many bad ones."""
        least, most = self.good[0] + self.bad[0], self.good[1] + self.bad[1]
        return all_of(_reaches(least, most, events), _reaches(*self.bad, errors))


def read(
    streams: Iterable[Stream], start: float, end: float, smear_seconds: float | None = None
) -> Reading:
    """Given what was seen, return what can be read of a window.

    `smear_seconds` is the shorter window of which records are summed; None where events are
    counted.
    """
    sums = {False: (0.0, 0.0), True: (0.0, 0.0)}
    for stream in streams:
        if smear_seconds is None:
            least, most = stream.counted(start, end)
        else:
            least, most = stream.summed(start, end, smear_seconds)
        low, high = sums[stream.is_bad]
        sums[stream.is_bad] = (low + least, high + most)
    return Reading(good=sums[False], bad=sums[True])


def all_of(*said: bool | None) -> bool | None:
    """Return whether all of them hold, where None is that nobody can tell."""
    if False in said:
        return False
    return None if None in said else True


def any_of(said: Iterable[bool | None]) -> bool | None:
    """Return whether one of them holds, where None is that nobody can tell."""
    values = list(said)
    if True in values:
        return True
    return None if None in values else False


def held(conditions: Sequence[bool | None], evaluations: int) -> list[bool | None]:
    """Given what held at each evaluation, return at which the alert fires.

    It does when the condition held now, and at so many evaluations before it.
    """
    fires: list[bool | None] = []
    for number in range(len(conditions)):
        if number < evaluations:
            fires.append(False)
            continue
        last = conditions[number - evaluations : number + 1]
        fires.append(all_of(*last))
    return fires


def _part(part: float, rest: float) -> float:
    return part / (abs(part) + rest) if part else 0.0


def _reaches(least: float, most: float, wanted: float) -> bool | None:
    if least * (1 - MARGIN) >= wanted:
        return True
    return False if most * (1 + MARGIN) < wanted - 0.5 else None
