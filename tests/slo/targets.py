"""What a service does: a process that counts good and bad events between scrapes.

Both what Prometheus gets and what was seen of the events follow from the samples.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from tests.slo.truth import BLUR, REACH, Seen

Samples: TypeAlias = Sequence[float | None]
"""A series' value at each scrape; None where there is no sample."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One series: its labels with its name, and its samples from scrape to scrape."""

    name: str
    labels: Mapping[str, str]
    samples: Samples
    scrape_seconds: int
    phase_seconds: int = 0

    def written(self, grid_seconds: int) -> tuple[str, str]:
        """Return the series and its values as promtool reads them, on a grid of moments."""
        each = self.scrape_seconds // grid_seconds
        texts = ["_"] * (self.phase_seconds // grid_seconds)
        is_there = False
        for sample in self.samples:
            # Prometheus marks a series that a scrape does not bring any more.
            texts.append(("stale" if is_there else "_") if sample is None else f"{sample:.12g}")
            texts.extend(["_"] * (each - 1))
            is_there = sample is not None
        labels = ",".join(f'{name}="{value}"' for name, value in self.labels.items())
        return f"{self.name}{{{labels}}}", " ".join(texts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One process: how many good and bad events it counted before each scrape.

    `restarts` are scrapes before which it began anew, `missed` those that failed; it is there from
    scrape `born` until before scrape `died`. Its scrapes are `phase_seconds` off the evaluations.
    """

    good: Sequence[float]
    bad: Sequence[float]
    labels: Mapping[str, str] = field(default_factory=dict)
    born: int = 0
    died: int | None = None
    restarts: frozenset[int] = frozenset()
    missed: frozenset[int] = frozenset()
    scrape_seconds: int = 60
    phase_seconds: int = 0

    def counter(self, counts: Sequence[float], *, is_late: bool = False) -> Samples:
        """Given what is counted before each scrape, return the samples of its counter.

        A late counter is not there until something is counted.
        """
        value, is_there = 0.0, not is_late
        samples: list[float | None] = []
        for number, count in enumerate(counts):
            if number in self.restarts:
                value, is_there = 0.0, not is_late
            if self.is_up(number):
                value += count
                is_there = is_there or count > 0
            samples.append(
                value if self.is_up(number) and is_there and number not in self.missed else None
            )
        return samples

    def is_up(self, scrape: int) -> bool:
        """Whether the process is there."""
        return self.born <= scrape and (self.died is None or scrape < self.died)

    def series(self, name: str, samples: Samples, **labels: str) -> Series:
        """Return a series of the target."""
        return Series(
            name=name,
            labels={**self.labels, **labels},
            samples=samples,
            scrape_seconds=self.scrape_seconds,
            phase_seconds=self.phase_seconds,
        )

    def at(self, scrape: int) -> float:
        """Return the time of a scrape in seconds."""
        return self.phase_seconds + scrape * self.scrape_seconds


def increases(
    target: Target, samples: Samples, near_seconds: float, part: Samples | None = None
) -> list[Seen]:
    """Given a counter's samples, return its increases after the first one; less those of a part.

    Those are weighed freely that were seen within `near_seconds` of an end of the series, of a gap,
    or of zero. Of two counters near zero, a rate extends each down to zero: what was counted in one
    and not in the other before is seen again. At an end, the two may be extended differently.
    """
    taken: Samples = [0.0 if value is not None else None for value in samples]
    if part is not None:
        taken = part
    there = [
        (number, value, some)
        for number, (value, some) in enumerate(zip(samples, taken, strict=True))
        if value is not None and some is not None
    ]
    ends = _ends(target, [number for number, _, _ in there], len(samples))
    seen = []
    for (one, before, some_before), (other, value, some) in itertools.pairwise(there):
        after, by = target.at(one), target.at(other)
        whole = _increase(before, value)
        count = whole - _increase(some_before, some)
        slack = 0.0
        if any(after - near_seconds <= end <= by + near_seconds for end in ends):
            slack = count if part is None else count + BLUR * whole
        if any(_is_near_zero(target, each, other, near_seconds) for each in (samples, taken)):
            slack = max(slack, count + BLUR * (before - some_before) * (part is not None))
        seen.append(Seen(after=after, by=by, count=count, slack=slack, before=before - some_before))
    return seen


def _increase(before: float, value: float) -> float:
    return value if value < before else value - before


def _ends(target: Target, scrapes: Sequence[int], last: int) -> list[float]:
    """Given at which scrapes a series is there, return the times at which it begins or ends."""
    ends = [target.at(scrapes[0])] if scrapes else []
    for one, other in itertools.pairwise(scrapes):
        if other - one > 1:
            ends += [target.at(one), target.at(other)]
    if scrapes and scrapes[-1] < last - 1:
        ends.append(target.at(scrapes[-1]))
    return ends


def _is_near_zero(target: Target, samples: Samples, scrape: int, near_seconds: float) -> bool:
    """Whether a rate may think that the series began in its window: it was all but zero there."""
    first = max(0, scrape - int(near_seconds // target.scrape_seconds) - 1)
    now = samples[scrape] or 0.0
    return any(
        value is not None and (scrape - number) * value < REACH * (now - value)
        for number, value in enumerate(samples[first:scrape], first)
    )
