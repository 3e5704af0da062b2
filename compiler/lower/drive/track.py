"""What one thing that is measured does, phase after phase: levels enter, runs of samples leave."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from compiler.lower.drive.series import Run, Series, plain
from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from compiler.lower.drive.series import Labels
    from compiler.lower.drive.uses import Kind

Role: TypeAlias = Literal["hot", "calm", "decoy"]
"""`hot` crosses the threshold, `calm` is another of its kind, `decoy` is what matchers refuse."""

FIRST_COUNT: Final = 1000.0
"""What counters begin with: none was born within the test."""
OBSERVED: Final = 1000.0
"""What a histogram counts between two samples."""


@frozen(kw_only=False)
class Phase(Frozen):
    """`count` samples at one level; none when it is None. `is_restart` begins counters anew."""

    level: float | None
    count: int
    is_restart: bool = False


@dataclass(slots=True)
class Track:
    """One series, or the buckets of one histogram. `member` tells those of one group apart."""

    labels: Labels
    kind: Kind
    role: Role
    uses: set[int]
    member: int = 0
    owner: int | None = None
    share: float = 0.5
    bounds: tuple[float, ...] = ()
    series: list[Series] = field(default_factory=list)
    played: list[Phase] = field(default_factory=list)

    def prepare(self) -> None:
        """Make the series that the track is seen as."""
        if self.kind != "bucket":
            self.series = [Series(self.labels)]
            return
        bounds = (*(plain(bound) for bound in self.bounds), "+Inf")
        self.series = [Series({**self.labels, "le": bound}) for bound in bounds]

    def play(self, phases: Sequence[Phase], step_seconds: float) -> bool:
        """Let every series go through the phases; False when a level is out of reach."""
        if self.played == phases:
            return True
        self.played = list(phases)
        if self.kind != "bucket":
            self.series[0].play(tuple(_runs(self.kind, phases, step_seconds)))
            return True
        grown: list[list[Phase]] = [[] for _ in self.series]
        for phase in phases:
            counts = self._counts(phase.level)
            if counts is None:
                self.played = []
                return False
            for index, count in enumerate(counts):
                level = None if phase.level is None else count
                grown[index].append(Phase(level, phase.count, phase.is_restart))
        for series, mine in zip(self.series, grown, strict=True):
            series.play(tuple(_runs("counter", mine, step_seconds)))
        return True

    def _counts(self, level: float | None) -> list[float] | None:
        """Return what each bucket gains from sample to sample, so that the quantile is `level`."""
        if level is None or level == 0:
            return [0.0] * len(self.series)
        above = next((index for index, bound in enumerate(self.bounds) if bound >= level), None)
        if above is None or level < 0:
            return None
        high = self.bounds[above]
        low = self.bounds[above - 1] if above else 0.0
        part = (level - low) / (high - low)
        wanted = self.share * OBSERVED
        if above == 0:
            slow = wanted / part
            fast = 0.0
        else:
            spare = (OBSERVED - wanted) / (1 - part) if part < 1 else math.inf
            slow = round(0.8 * min(wanted / part, spare), 2)
            fast = wanted - part * slow
        if slow > OBSERVED or fast < 0:
            return None
        counts = [round(fast, 4)] * above
        counts += [round(fast + slow, 4)] * (len(self.series) - above - 1)
        return [*counts, OBSERVED]


def _runs(kind: Kind, phases: Sequence[Phase], step_seconds: float) -> Iterator[Run]:
    """Yield the runs of one series; counters and ramps go on from where the last one ended."""
    at, last = 0, FIRST_COUNT
    for phase in phases:
        if not phase.count:
            continue
        level = phase.level
        if level is None:
            yield Run(None, 0, phase.count)
        elif kind == "gauge":
            yield Run(level, 0, phase.count)
        elif kind == "stamp":
            yield Run(at * step_seconds - level, step_seconds, phase.count)
        else:
            begin = 0.0 if phase.is_restart else last
            run = Run(begin + level if at else begin, level, phase.count)
            last = float(run.samples()[-1] or 0.0)
            yield run
        at += phase.count
