"""Keeping a lease while a job runs: a grant enters, and a descriptor says when it is lost.

One thread renews, another watches until when the lease is known to last: a renewal may hang, and
nothing that hangs may hide that the lease has run out.
"""

from __future__ import annotations

import os
import threading
import time
from typing import TYPE_CHECKING, Final, Self

from runtime.errors import LeaseError

if TYPE_CHECKING:
    from types import TracebackType

    from runtime.lease.place import Place, Taken

_RENEWALS: Final = 3
"""How often a lease is renewed in the time that it lasts."""
_ATTEMPTS: Final = 4
"""How often a renewal that failed is tried again in the time between two renewals."""


class Keeper:
    """Renews a lease for a block, three times in the time that it lasts, at once to begin with.

    A renewal that the place refuses means that the lease is lost. One that fails is tried again
    until the lease may have run out, counted from before the last question that succeeded; then it
    counts as lost. What is lost stays lost, and is not renewed any more. A machine that sleeps
    does not stop that count.

    Leave the block before the lease is ended or given back: there is nothing to renew afterwards.
    """

    lost: threading.Event
    """Set when the lease is lost."""
    descriptor: int
    """Readable, for `poll`, when the lease is lost; closed when the block is left."""

    __slots__ = (
        "_alarm",
        "_changed",
        "_is_over",
        "_lasts_seconds",
        "_place",
        "_runs_out",
        "_taken",
        "_threads",
        "descriptor",
        "lost",
    )

    def __init__(self, place: Place, taken: Taken, lasts_seconds: float) -> None:
        """Take the place, the grant, and how long it was taken for and is renewed for."""
        self._place = place
        self._taken = taken
        self._lasts_seconds = lasts_seconds
        self._changed = threading.Condition()
        self._is_over = False
        self._runs_out = 0.0
        self.lost = threading.Event()
        self._threads = (
            threading.Thread(target=self._renew, name="lease-renewal", daemon=True),
            threading.Thread(target=self._watch, name="lease-watch", daemon=True),
        )

    def __enter__(self) -> Self:
        """Begin to renew."""
        self.descriptor, self._alarm = os.pipe()
        self._runs_out = _seconds() + self._lasts_seconds
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop renewing; a renewal under way is waited for."""
        with self._changed:
            self._is_over = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()
        os.close(self.descriptor)
        os.close(self._alarm)

    def _renew(self) -> None:
        pause_seconds = 0.0
        while self._is_to_go_on_after(pause_seconds):
            asked_at = _seconds()
            pause_seconds = self._lasts_seconds / _RENEWALS
            try:
                is_held = self._place.renew(self._taken, self._lasts_seconds)
            except LeaseError:
                pause_seconds /= _ATTEMPTS
                continue
            with self._changed:
                if is_held:
                    self._runs_out = asked_at + self._lasts_seconds
                else:
                    self._lose()

    def _is_to_go_on_after(self, pause_seconds: float) -> bool:
        with self._changed:
            self._changed.wait_for(lambda: self._is_over, pause_seconds)
            return not self._is_over

    def _watch(self) -> None:
        with self._changed:
            while not self._is_over:
                left_seconds = self._runs_out - _seconds()
                if left_seconds <= 0:
                    self._lose()
                else:
                    self._changed.wait(left_seconds)

    def _lose(self) -> None:
        """Say that the lease is lost, once; the condition is held."""
        if self._is_over:
            return
        self._is_over = True
        self.lost.set()
        os.write(self._alarm, b"!")
        self._changed.notify_all()


def _seconds() -> float:
    """Return seconds that never run backwards, those in which the machine sleeps included."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)
