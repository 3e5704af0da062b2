"""A request to stop: TERM, INT or HUP to the runner, seen by whatever waits.

The handler only notes the signal and writes one byte to a pipe; nothing is interrupted in the
middle of a write to the journal.
"""

from __future__ import annotations

import os
import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

SIGNALS: Final = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class StopRequest:
    """A context in which the signals ask for a stop. One of `descriptors` becomes readable then."""

    def __init__(self) -> None:
        self.received: signal.Signals | None = None
        self.descriptor, self._writer = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        self.descriptors = [self.descriptor]
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> StopRequest:
        """Install the handlers."""
        for number in SIGNALS:
            self._before[number] = signal.signal(number, self._note)
        return self

    def __exit__(self, *_: object) -> None:
        """Put the former handlers back."""
        for number, handler in self._before.items():
            signal.signal(number, handler)
        os.close(self.descriptor)
        os.close(self._writer)

    @contextmanager
    def also(self, descriptor: int) -> Iterator[None]:
        """Take another descriptor, for a block, that asks for a stop when it becomes readable."""
        self.descriptors.append(descriptor)
        try:
            yield
        finally:
            self.descriptors.remove(descriptor)

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self.received is None:
            self.received = signal.Signals(number)
            os.write(self._writer, b"!")
