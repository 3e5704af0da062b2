"""How a host is: its samples, thresholds and the time enter, a state for each measure leaves; pure.

A threshold counts once it has been crossed for as long as the plan says, in every sample meanwhile:
a single busy moment is none.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime
    from decimal import Decimal

    from runtime.collector.sample import Sample, Space
    from runtime.contract.collector import Collector, Limit

State: TypeAlias = Literal["unknown", "healthy", "degraded", "unhealthy"]

STATES: Final[tuple[State, ...]] = ("healthy", "unknown", "degraded", "unhealthy")
"""How a host can be, from best to worst; `unknown` where nothing recent says it."""

STALE_SAMPLES: Final = 3
"""Samples in a row that must be missing until what is known says nothing any more."""


@frozen
class Measure(Frozen):
    """One thing that has a limit: `cpu`, `disk /`, `process api`; `value` is a share, or a number.

    `degraded` and `unhealthy` are its thresholds; `course` has its value in each sample that is
    kept, the oldest first, None where it is not known.
    """

    name: str
    state: State
    value: float | None
    degraded: float | None
    unhealthy: float | None
    is_ratio: bool
    course: tuple[float | None, ...] = ()


@frozen
class HostStatus(Frozen):
    """How the host is: the worst of its measures; `sample` is the latest, None before the first.

    Once that is too old (`is_stale`) no measure says anything: all are unknown, as is the whole.
    """

    state: State
    at: datetime | None
    measures: tuple[Measure, ...]
    sample: Sample | None
    is_stale: bool = False


def judge(samples: Sequence[Sample], asked: Collector, now_monotonic_seconds: float) -> HostStatus:
    """Given samples, the oldest first, and what is asked of the host, return how it is.

    When the latest is older than three intervals, nothing is known, of any measure.
    """
    if not samples:
        return HostStatus(state="unknown", at=None, measures=(), sample=None)
    latest = samples[-1]
    age_seconds = now_monotonic_seconds - latest.monotonic_seconds
    is_stale = age_seconds > max(fresh_seconds(asked), latest.took_seconds)
    measures = tuple(_measures(samples, asked))
    if is_stale:
        measures = tuple(replace(measure, state="unknown") for measure in measures)
    states = [measure.state for measure in measures]
    return HostStatus(
        state="unknown" if is_stale else max(states, key=STATES.index, default="healthy"),
        at=latest.at,
        measures=measures,
        sample=latest,
        is_stale=is_stale,
    )


def fresh_seconds(asked: Collector) -> float:
    """Return how long after the latest sample something is known of the host."""
    return STALE_SAMPLES * asked.every_seconds


def _measures(samples: Sequence[Sample], asked: Collector) -> Iterator[Measure]:
    limits = asked.thresholds
    judged = _Judged(samples, asked.for_seconds)
    yield judged.share("cpu", lambda one: one.cpu_ratio, limits.cpu)
    yield judged.share("memory", lambda one: _used(one.memory_bytes), limits.memory)
    latest = samples[-1]
    if latest.swap_bytes is not None and latest.swap_bytes.size:
        yield judged.share("swap", lambda one: _used(one.swap_bytes), limits.swap)
    for path in latest.disks_bytes:
        yield judged.share(f"disk {path}", _of_disk(path), limits.disk)
    for path, inodes in latest.disks_inodes.items():
        # Some file systems make inodes as they are needed, and count none.
        if inodes.size:
            yield judged.share(f"inodes {path}", _of_inodes(path), limits.inodes)
    for name, watched in asked.processes.items():
        yield judged.number(f"process {name}", _of_group(name), watched.at_least)


def _used(space: Space | None) -> float | None:
    return None if space is None else space.used_ratio


def _of_disk(path: str) -> Callable[[Sample], float | None]:
    return lambda one: _used(one.disks_bytes.get(path))


def _of_inodes(path: str) -> Callable[[Sample], float | None]:
    return lambda one: _used(one.disks_inodes.get(path))


def _of_group(name: str) -> Callable[[Sample], float | None]:
    return lambda one: float(one.processes[name].count) if name in one.processes else None


@frozen(kw_only=False)
class _Judged(Frozen):
    """Samples that are judged, and how long a threshold must be crossed."""

    samples: Sequence[Sample]
    for_seconds: float

    def share(self, name: str, value_of: Callable[[Sample], float | None], limit: Limit) -> Measure:
        """Return a measure that is worse the larger it is."""
        course = tuple(value_of(sample) for sample in self.samples)
        degraded, unhealthy = _number(limit.degraded_ratio), _number(limit.unhealthy_ratio)
        state: State = "healthy"
        if self._crossed(course, lambda value: unhealthy is not None and value >= unhealthy):
            state = "unhealthy"
        elif self._crossed(course, lambda value: degraded is not None and value >= degraded):
            state = "degraded"
        return Measure(
            name=name,
            # The first sample has none before it to tell a share of the time.
            state="unknown" if course[-1] is None and len(course) > 1 else state,
            value=course[-1],
            degraded=degraded,
            unhealthy=unhealthy,
            is_ratio=True,
            course=course,
        )

    def number(
        self, name: str, value_of: Callable[[Sample], float | None], at_least: int
    ) -> Measure:
        """Return a measure that is degraded while there is less than so many."""
        course = tuple(value_of(sample) for sample in self.samples)
        state: State = "unknown" if course[-1] is None else "healthy"
        if self._crossed(course, lambda value: value < at_least):
            state = "degraded"
        return Measure(
            name=name,
            state=state,
            value=course[-1],
            degraded=float(at_least),
            unhealthy=None,
            is_ratio=False,
            course=course,
        )

    def _crossed(self, course: Sequence[float | None], is_bad: Callable[[float], bool]) -> bool:
        """Return whether the value has been bad in all samples of the span, and for that long."""
        end = self.samples[-1].monotonic_seconds
        for sample, value in zip(reversed(self.samples), reversed(course), strict=True):
            if value is None or not is_bad(value):
                return False
            if end - sample.monotonic_seconds >= self.for_seconds:
                return True
        return False


def _number(ratio: Decimal | None) -> float | None:
    return None if ratio is None else float(ratio)
