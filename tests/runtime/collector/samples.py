"""Samples that were thought up, a second apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runtime.collector.sample import Group, Sample, Space
from tests.runtime.turned_clock import START

if TYPE_CHECKING:
    from collections.abc import Iterable


def sample(second: float, **fields: Any) -> Sample:
    """Return a sample that was taken so many seconds after the start; memory is free in it."""
    return Sample(at=START, monotonic_seconds=second, **{"memory_bytes": space(0.1), **fields})


def of_cpu(ratios: Iterable[float | None]) -> list[Sample]:
    """Return samples a second apart, with these shares of the processors' time."""
    return [sample(second, cpu_ratio=ratio) for second, ratio in enumerate(ratios)]


def space(used: float) -> Space:
    """Return a space of which so large a share is in use."""
    return Space(size=1000.0, available=1000.0 * (1 - used))


def group(count: int) -> Group:
    """Return so many processes."""
    return Group(count=count, cpu_seconds=0.0)
