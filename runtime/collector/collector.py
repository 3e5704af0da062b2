"""Ask the host again and again, and remember the answers: a bounded buffer of samples."""

from __future__ import annotations

import math
from collections import deque
from typing import TYPE_CHECKING

from runtime.collector.judge import HostStatus, judge
from runtime.collector.probe import Probe
from runtime.contract.collector import SAMPLES_LIMIT

if TYPE_CHECKING:
    from collections.abc import Callable
    from threading import Event

    from runtime.clock import Clock
    from runtime.collector.sample import Sample
    from runtime.contract.collector import Collector as Asked


class Collector:
    """Samples of this host. One thread takes them (`run`), any may ask (`status`, `samples`).

    A file system that hangs holds up that thread alone; that nothing new came is then seen.
    """

    def __init__(
        self, asked: Asked, clock: Clock, look: Callable[[], Sample] | None = None
    ) -> None:
        self.asked = asked
        self.clock = clock
        self.taken = 0
        self.failed: dict[str, int] = {}
        self._look = Probe(asked, clock).look if look is None else look
        self._samples: deque[Sample] = deque(maxlen=kept_samples(asked))

    def take(self) -> Sample:
        """Take one sample, and forget the oldest where the buffer is full."""
        sample = self._look()
        for part in sample.failures:
            self.failed[part] = self.failed.get(part, 0) + 1
        self._samples.append(sample)
        self.taken += 1
        return sample

    def run(self, stop: Event) -> None:
        """Take samples until `stop` is set; whoever sets it waits for one sample at most."""
        while not stop.is_set():
            sample = self.take()
            due = sample.monotonic_seconds + self.asked.every_seconds
            stop.wait(max(0.0, due - self.clock.monotonic()))

    @property
    def samples(self) -> tuple[Sample, ...]:
        """The samples that are kept, the oldest first."""
        return tuple(self._samples)

    def status(self) -> HostStatus:
        """Return how the host is now."""
        return judge(self.samples, self.asked, self.clock.monotonic())


def kept_samples(asked: Asked) -> int:
    """Return how many samples are kept: enough for the time, with both its ends, and bounded."""
    return min(SAMPLES_LIMIT, math.ceil(asked.keep_seconds / asked.every_seconds) + 1)
