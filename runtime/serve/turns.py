"""Turns: so many runs work at one time, and those that wait for something else are not counted.

Between the scheduler and each run is a pair of sockets. A run that begins to wait writes that it
rests, and one that has waited that it wants its turn; it then waits to be told that it has it.
"""

from __future__ import annotations

import contextlib
import os
import select
import socket
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection

    from runtime.stop import StopRequest

RESTING_MOST: Final = 128
"""Runs that may rest beside those that work; those beyond keep their turns.

Each is a process with some 7 MB of its own.
"""

RESTS, WANTS, GO = b"r", b"w", b"g"


def pair() -> tuple[int, int]:
    """Return the scheduler's and the run's end. Raise `OSError` when the system has none."""
    ours, theirs = (end.detach() for end in socket.socketpair())
    os.set_blocking(ours, False)
    return ours, theirs


class Lent:
    """A turn that the scheduler lends, by the run's end of a pair."""

    def __init__(self, end: int) -> None:
        self.end = end
        self._has_it = True

    def rest(self) -> None:
        """Give the turn back."""
        if self._has_it:
            self._tell(RESTS)
            self._has_it = False

    def take(self, stop: StopRequest) -> None:
        """Wait for the turn; without a scheduler nobody counts turns any more."""
        if self._has_it:
            return
        self._tell(WANTS)
        poll = select.poll()
        for descriptor in (self.end, *stop.descriptors):
            poll.register(descriptor, select.POLLIN)
        if self.end in (descriptor for descriptor, _ in poll.poll()):
            with contextlib.suppress(ConnectionResetError):
                os.read(self.end, 1)
            self._has_it = True

    def _tell(self, word: bytes) -> None:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            os.write(self.end, word)


class Turns:
    """The scheduler's ends, by the handles of the runs, and which of the runs wait."""

    def __init__(self) -> None:
        self._ends: dict[int, int] = {}
        self._open: set[int] = set()
        self._resting: set[int] = set()
        self._wanting: dict[int, float] = {}

    @property
    def ends(self) -> Collection[int]:
        """The descriptors that become readable when a run has something to say."""
        return self._open

    @property
    def waiting(self) -> int:
        """How many runs have given their turn back."""
        return len(self._resting) + len(self._wanting)

    @property
    def taken(self) -> int:
        """How many turns are taken."""
        return len(self._ends) - min(self.waiting, RESTING_MOST)

    @property
    def wanted_since(self) -> Collection[float]:
        """Since when, in seconds of a clock, each run wants its turn that wants it."""
        return self._wanting.values()

    def add(self, handle: int, end: int) -> None:
        """Take on a run that begins, and has its turn."""
        self._ends[handle] = end
        self._open.add(end)

    def remove(self, handle: int) -> None:
        """Forget a run that has ended."""
        end = self._ends.pop(handle)
        self._open.discard(end)
        self._resting.discard(end)
        self._wanting.pop(end, None)
        os.close(end)

    def hear(self, end: int, now: float) -> None:
        """Take in what a run says; an end that is none any more says nothing."""
        if end not in self._open:
            return
        words = b""
        # It has just ended, and did not look at what it was told.
        with contextlib.suppress(ConnectionResetError):
            words = os.read(end, 64)
        if not words:
            self._open.discard(end)
        for word in words:
            if word == ord(RESTS):
                self._resting.add(end)
            else:
                self._resting.discard(end)
                self._wanting[end] = now

    def give(self, at_once: int) -> None:
        """Give turns back to those that want them, the first first, while so many may work."""
        while self._wanting and self._taken_with_one_more() <= at_once:
            end = next(iter(self._wanting))
            del self._wanting[end]
            # One that is ending just now hears nothing.
            with contextlib.suppress(OSError):
                os.write(end, GO)

    def _taken_with_one_more(self) -> int:
        return len(self._ends) - min(self.waiting - 1, RESTING_MOST)
