"""Samples are taken again and again, and a bounded number of them is kept."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from runtime.clock import SystemClock
from runtime.collector.collector import Collector, kept_samples
from runtime.contract.collector import Collector as Asked
from tests.runtime.collector.samples import sample
from tests.runtime.turned_clock import TurnedClock
from tests.servers.process import until

if TYPE_CHECKING:
    from runtime.collector.sample import Sample


def counting(failures: dict[str, str] | None = None) -> Collector:
    """Return a collector of which each sample is a second later than the one before."""
    clock = TurnedClock()

    def look() -> Sample:
        clock.turn(1)
        return replace(sample(clock.monotonic()), failures=failures or {})

    return Collector(Asked(every_seconds=1, keep_seconds=5), clock, look)


def test_the_oldest_sample_makes_room_for_the_newest() -> None:
    """The buffer never grows beyond the time that samples are kept for."""
    collector = counting()
    for _ in range(20):
        collector.take()

    assert [15, 16, 17, 18, 19, 20] == [one.monotonic_seconds for one in collector.samples]
    assert 20 == collector.taken


@pytest.mark.parametrize(
    ("every", "keep", "number"), [(10, 3600, 361), (1, 86_400, 1000), (60, 60, 2), (60, 1, 2)]
)
def test_as_many_samples_are_kept_as_there_is_time_and_room_for(
    every: float, keep: float, number: int
) -> None:
    """A thousand at most, and two at least, since shares are of the time between two."""
    assert number == kept_samples(Asked(every_seconds=every, keep_seconds=keep))


def test_parts_that_fail_are_counted() -> None:
    """One that fails always is seen to."""
    collector = counting({"disk /gone": "it is not there"})
    collector.take()
    collector.take()

    assert {"disk /gone": 2} == collector.failed


def test_a_thread_takes_samples_until_it_is_told_to_stop() -> None:
    """It stops at once, not at the next sample, and others may ask meanwhile."""
    collector = Collector(Asked(every_seconds=0.01), SystemClock())
    stop = threading.Event()
    thread = threading.Thread(target=collector.run, args=(stop,))
    thread.start()
    until(lambda: collector.taken > 3, "some samples are taken")
    # Samples of every hundredth of a second are old soon on a machine with other work.
    until(lambda: "unknown" != collector.status().state, "the latest one is judged")
    stop.set()
    thread.join(10)

    assert not thread.is_alive()
    assert collector.status().sample is not None


def test_an_hour_between_two_samples_holds_up_nobody_who_stops() -> None:
    """The wait is for the stop."""
    collector = Collector(Asked(every_seconds=3600), SystemClock())
    stop = threading.Event()
    thread = threading.Thread(target=collector.run, args=(stop,))
    thread.start()
    until(lambda: collector.taken == 1, "the first is taken")
    stop.set()
    thread.join(10)

    assert not thread.is_alive()
