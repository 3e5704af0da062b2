"""Looks back: what passed while nothing ran, and what a killed run has left, is found by a process.

It is looked when a plan is taken on, and a while after a run was killed, or the look itself failed.
"""

from __future__ import annotations

import json
import math
import os
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from runtime.errors import Exit, reason_of
from runtime.serve import tasks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runtime.serve.crew import Crew, Member
    from runtime.serve.station import Station

PAUSE_SECONDS: Final = 60.0
"""How long after a run was killed, or a look failed, it is looked again."""
KILLS: Final = 2
"""Kills in a row from which a job is left alone: what kills it twice may kill it for ever."""
TITLE: Final = "the survey"


@dataclass(slots=True, kw_only=True)
class Lookback:
    """One look at a time, in a process of its own."""

    crew: Crew
    _station: Station = field(init=False)
    _at: float = 0.0
    _look: tuple[int, int] | None = None
    _kills: dict[str, int] = field(default_factory=dict)

    def take_on(self, station: Station) -> None:
        """Look at the jobs of a reading of the plan, when a look that goes on has ended."""
        self._station = station
        self._at = 0.0

    def tend(self) -> None:
        """Look when it is time to, and nobody does."""
        if self._look is None and time.monotonic() >= self._at:
            self._begin()

    def run_ended(self, key: str, code: int) -> None:
        """Take in that the process of a run has ended; a killed one may have left something."""
        if code >= 0:
            self._kills.pop(key, None)
            return
        self._kills[key] = self._kills.get(key, 0) + 1
        said = f"the process that ran {key} was killed by signal {-code}"
        if self._kills[key] < KILLS:
            self._again(f"{said}; the next one goes on with it within a minute")
        else:
            self._note(f"{said}, again; it is gone on with when it is due")

    def ended(self, member: Member, code: int) -> Sequence[str] | None:
        """Take in that a process has ended; return the jobs that it found, None if it is no look.

        A look that failed said why.
        """
        if self._look is None or self._look[0] != member.handle:
            return None
        result, self._look = self._look[1], None
        written = os.pread(result, os.fstat(result).st_size, 0) if code == Exit.OK else b"[]"
        os.close(result)
        if code != Exit.OK:
            self._again(f"what passed could not be looked at: {code}")
        return [key for key in json.loads(written) if self._kills.get(key, 0) < KILLS]

    def _begin(self) -> None:
        self._at = math.inf
        result = os.memfd_create("opsrun-survey", os.MFD_CLOEXEC)
        station = self._station
        try:
            member = self.crew.start(TITLE, lambda: tasks.survey(station, result), kept=(result,))
        except OSError as error:
            os.close(result)
            self._again(f"what passed is not looked at now: {reason_of(error)}")
        else:
            self._look = (member.handle, result)

    def _again(self, why: str) -> None:
        self._note(why)
        self._at = min(self._at, time.monotonic() + PAUSE_SECONDS)

    def _note(self, line: str) -> None:
        self._station.log().note(line)
