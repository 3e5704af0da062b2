"""Has done, by a process now and then, what runs leave to others; see `tasks.chores`."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from runtime.errors import Exit, reason_of
from runtime.journal.store import FILE_NAME
from runtime.serve import tasks
from runtime.tell import STAMP

if TYPE_CHECKING:
    from runtime.serve.crew import Crew, Member
    from runtime.serve.station import Station

CHORES_SECONDS: Final = 60.0
"""How often what runs leave to others is done."""
SOON_SECONDS: Final = 2.0
"""How long after a run that left something to tell people are told."""

CHORES: Final = "the chores"


@dataclass(slots=True, kw_only=True)
class Housekeeper:
    """Knows when the chores are due, and from the files of the state folder what has changed."""

    crew: Crew
    _station: Station = field(init=False)
    _again_at: float = 0.0
    _stamp: tuple[int, ...] = ()
    _journal: tuple[int, ...] = ()
    _doing: tuple[int, tuple[int, ...]] | None = None

    def take_on(self, station: Station) -> None:
        """Do the chores by a reading of the plan from now on."""
        self._station = station

    def run_ended(self) -> None:
        """Take in that a run has ended, which may have left something to tell."""
        if self._stamp_of(STAMP) != self._stamp:
            self._again_at = min(self._again_at, time.monotonic() + SOON_SECONDS)

    def ended(self, member: Member, code: int) -> bool:
        """Take in that a process has ended; return whether it did the chores.

        Only then the metrics are those of the journal as it was when they were begun.
        """
        if self._doing is None or self._doing[0] != member.handle:
            return False
        if code == Exit.OK:
            self._journal = self._doing[1]
        self._doing = None
        return True

    def tend(self) -> None:
        """Begin the chores when they are due, and nobody does them."""
        if self._doing is not None or time.monotonic() < self._again_at:
            return
        self._again_at = time.monotonic() + CHORES_SECONDS
        self._stamp = self._stamp_of(STAMP)
        journal = (*self._stamp_of(FILE_NAME), *self._stamp_of(f"{FILE_NAME}-wal"))
        station, has_changed = self._station, journal != self._journal
        try:
            member = self.crew.start(
                CHORES, lambda: tasks.chores(station, writes_metrics=has_changed)
            )
        except OSError as error:
            station.log().note(f"nobody is told now: {reason_of(error)}")
        else:
            self._doing = (member.handle, journal)

    def _stamp_of(self, name: str) -> tuple[int, ...]:
        """Return what tells whether a file of the state folder was written."""
        try:
            found = os.stat(os.path.join(self._station.state, name))
        except OSError:
            return ()
        return (found.st_ino, found.st_size, found.st_mtime_ns)
