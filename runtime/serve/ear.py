"""What the scheduler hears: signals, the ends of processes, and that time has passed."""

from __future__ import annotations

import os
import select
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import FrameType

SIGNALS: Final = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def can_be_read(handle: int, seconds: float) -> bool:
    """Wait until a descriptor can be read, or so long; return whether it can."""
    poll = select.poll()
    poll.register(handle, select.POLLIN)
    return bool(poll.poll(seconds * 1000))


class Ear:
    """Waits; a signal that comes meanwhile, or between, ends the wait. `signals` are in order."""

    def __init__(self) -> None:
        self.signals: list[signal.Signals] = []
        self._reader = self._writer = -1

    @contextmanager
    def opened(self) -> Iterator[None]:
        """Note signals for a block, and wake up for them."""
        self._reader, self._writer = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        before = {number: signal.signal(number, self._note) for number in SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
            os.close(self._reader)
            os.close(self._writer)

    def wait(self, handles: Iterable[int], seconds: float) -> set[int]:
        """Wait until a descriptor is readable, a signal came, or so long; return the readable."""
        poll = select.poll()
        poll.register(self._reader, select.POLLIN)
        for handle in handles:
            poll.register(handle, select.POLLIN)
        # Rounded up to what poll can count.
        ready = {handle for handle, _ in poll.poll(seconds * 1000 + 1)}
        if self._reader in ready:
            os.read(self._reader, 1024)
        return ready - {self._reader}

    def _note(self, number: int, _: FrameType | None) -> None:
        self.signals.append(signal.Signals(number))
        os.write(self._writer, b"!")
