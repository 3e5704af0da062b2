"""Thresholds that are crossed for long enough count, and nothing else."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from runtime.collector.judge import HostStatus, Measure, judge
from runtime.contract.collector import Collector, Limit, Thresholds, Watched
from tests.runtime.collector.samples import group, of_cpu, sample, space

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runtime.collector.sample import Sample

LIMIT = Limit(degraded_ratio=Decimal("0.8"), unhealthy_ratio=Decimal("0.9"))


def judged(samples: Sequence[Sample], **asked: Any) -> HostStatus:
    """Return how a host is whose processors have a limit, just after its latest sample."""
    limits = {"every_seconds": 1, "for_seconds": 3, "thresholds": Thresholds(cpu=LIMIT)}
    now = samples[-1].monotonic_seconds if samples else 0.0
    return judge(samples, Collector(**{**limits, **asked}), now)


def measure(status: HostStatus, name: str) -> Measure:
    """Return one of the measures."""
    return next(one for one in status.measures if one.name == name)


@pytest.mark.parametrize(
    ("ratios", "state"),
    [
        ([0.1, 0.2, 0.3, 0.4], "healthy"),
        ([0.79, 0.79, 0.79, 0.79], "healthy"),
        ([0.8, 0.8, 0.8, 0.8], "degraded"),
        ([0.1, 0.85, 0.85, 0.85], "healthy"),
        ([0.85, 0.85, 0.1, 0.85, 0.85, 0.85], "healthy"),
        ([0.85, 0.95, 0.95, 0.95], "degraded"),
        ([0.1, 0.95, 0.95, 0.95, 0.95], "unhealthy"),
        ([0.95, 0.95, 0.95], "healthy"),
        ([0.95, None, 0.95, 0.95], "healthy"),
    ],
)
def test_a_threshold_counts_when_every_sample_of_the_span_is_over_it(
    ratios: list[float | None], state: str
) -> None:
    """One busy moment tells nobody, and neither does a span that has just begun."""
    status = judged(of_cpu(ratios))

    assert state == measure(status, "cpu").state
    assert state == status.state


def test_the_host_is_as_bad_as_its_worst_measure() -> None:
    """A full disk makes it so, however idle the processors are."""
    samples = [
        sample(second, cpu_ratio=0.1, disks_bytes={"/": space(0.5), "/srv": space(0.99)})
        for second in range(4)
    ]

    status = judged(samples, thresholds=Thresholds(cpu=LIMIT, disk=LIMIT))

    assert "unhealthy" == status.state
    assert ["healthy", "healthy", "unhealthy"] == [
        measure(status, name).state for name in ("cpu", "disk /", "disk /srv")
    ]


@pytest.mark.parametrize(("counts", "state"), [([1, 1], "degraded"), ([2, 2], "healthy")])
def test_processes_that_are_too_few_degrade_the_host(counts: list[int], state: str) -> None:
    """A worker that is gone is seen, once it is gone for as long as is asked."""
    samples = [
        sample(number * 3, cpu_ratio=0.1, processes={"api": group(count)})
        for number, count in enumerate(counts)
    ]

    status = judged(samples, processes={"api": Watched(name="api", at_least=2)})

    assert state == measure(status, "process api").state


def test_what_has_no_limit_is_never_bad() -> None:
    """A swap that is full is shown all the same."""
    samples = [sample(second, cpu_ratio=0.1, swap_bytes=space(1.0)) for second in range(9)]

    found = measure(judged(samples), "swap")

    assert ("healthy", 1.0) == (found.state, found.value)


def test_nothing_is_known_before_the_first_sample_and_long_after_the_last() -> None:
    """A collector that hangs is no healthy host."""
    samples = of_cpu([0.1] * 5)

    assert "unknown" == judged([]).state
    assert "healthy" == judge(samples, Collector(every_seconds=1), 7.0).state
    assert "unknown" == judge(samples, Collector(every_seconds=1), 7.1).state


def test_the_first_sample_alone_is_fine_and_a_share_that_is_lost_later_is_not() -> None:
    """There is no share of time before there are two looks."""
    assert "healthy" == judged(of_cpu([None])).state
    assert "unknown" == judged(of_cpu([None, 0.1, None])).state


def test_no_measure_says_anything_once_the_latest_sample_is_too_old() -> None:
    """A dot that stays green for a day says that somebody looks."""
    samples = [
        sample(second, cpu_ratio=0.95, processes={"api": group(1)}, disks_bytes={"/": space(0.5)})
        for second in range(5)
    ]
    asked = Collector(
        every_seconds=1, processes={"api": Watched(name="api")}, thresholds=Thresholds(cpu=LIMIT)
    )

    fresh, stale = judge(samples, asked, 7.0), judge(samples, asked, 86_400.0)

    assert (False, True) == (fresh.is_stale, stale.is_stale)
    assert {"unknown"} == {one.state for one in stale.measures}
    assert [one.name for one in fresh.measures] == [one.name for one in stale.measures]
