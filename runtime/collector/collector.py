"""Ask the host again and again, and remember the answers: a bounded buffer of samples."""

from __future__ import annotations

import math
from collections import deque
from typing import TYPE_CHECKING

from runtime.collector.handover import Past
from runtime.collector.judge import HostStatus, fresh_seconds, judge
from runtime.collector.probe import Probe
from runtime.contract.collector import SAMPLES_LIMIT

if TYPE_CHECKING:
    from collections.abc import Callable
    from threading import Event

    from runtime.clock import Clock
    from runtime.collector.handover import Handover
    from runtime.collector.sample import Sample
    from runtime.contract.collector import Collector as Asked


class Collector:
    """Samples of this host. One thread takes them (`run`), any may ask (`status`, `samples`).

    A file system that hangs holds up that thread alone; that nothing new came is then seen. With a
    `handover` it goes on where another one has just ended, and the next one where it ends.
    """

    def __init__(
        self,
        asked: Asked,
        clock: Clock,
        look: Callable[[], Sample] | None = None,
        handover: Handover | None = None,
    ) -> None:
        self.asked = asked
        self.clock = clock
        self._handover = handover
        past = Past()
        if handover is not None:
            past = handover.read(clock.monotonic(), fresh_seconds(asked))
        self.taken = past.taken
        self.failed = dict(past.failed)
        self._probe = Probe(asked, clock, past.samples[-1:], past.meters)
        self._look = self._probe.look if look is None else look
        self._samples: deque[Sample] = deque(past.samples, maxlen=kept_samples(asked))

    def take(self) -> Sample:
        """Take one sample, and forget the oldest where the buffer is full."""
        sample = self._look()
        for part in sample.failures:
            self.failed[part] = self.failed.get(part, 0) + 1
        self._samples.append(sample)
        self.taken += 1
        self._hand_over()
        return sample

    def _hand_over(self) -> None:
        """Leave what was seen to the next one; that this cannot be done is counted."""
        if self._handover is None:
            return
        meters = self._probe.meters
        past = Past(samples=self.samples, taken=self.taken, failed=self.failed, meters=meters)
        try:
            self._handover.keep(past)
        except OSError:
            self.failed["handover"] = self.failed.get("handover", 0) + 1

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
