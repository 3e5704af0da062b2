"""How the scheduler stops: what runs may come to its end, then it is stopped, then killed."""

from __future__ import annotations

import math
import signal
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from runtime.contract.plan import SETTLING_SECONDS
from runtime.serve import readiness
from runtime.serve.crew import send

if TYPE_CHECKING:
    from runtime.serve.crew import Crew
    from runtime.serve.dispatcher import Dispatcher
    from runtime.serve.station import Station

WEB_STOP_SECONDS: Final = 10.0
"""How long a web may take to end what it answers."""


@dataclass(slots=True, kw_only=True)
class Drain:
    """Stops all that runs, in phases, from the first signal that asks for it; else idle."""

    crew: Crew
    dispatcher: Dispatcher
    _asked: int = 0
    _until: float = 0.0
    _kill_at: float = math.inf
    _phase: Literal["running", "stopping", "closing"] = "running"

    @property
    def is_on(self) -> bool:
        """Whether a stop was asked for."""
        return self._asked > 0

    @property
    def is_over(self) -> bool:
        """Whether a stop was asked for, and all has ended."""
        return self.is_on and not self.crew.members

    def ask(self, number: signal.Signals, station: Station) -> None:
        """Take in a signal to stop: the second one grants no more time, the third one kills."""
        self._asked += 1
        now = time.monotonic()
        if self._asked == 1:
            readiness.tell("STOPPING=1")
            self._until = now + station.plan.serve.drain_seconds
            runs = len(self.dispatcher.running)
            station.log().note(f"stopping on {number.name}: {runs} runs may go on to their end")
            self.dispatcher.start_nothing_more()
        elif self._asked == 2:
            station.log().note(f"{number.name} again: runs are stopped")
            self._until = now
        else:
            self._kill_at = now

    def tend(self, station: Station) -> None:
        """Stop what runs when its time is over, and the rest when nothing runs any more."""
        now = time.monotonic()
        if self.dispatcher.running:
            if now >= self._until and self._phase == "running":
                self._phase = "stopping"
                self._kill_by(now + SETTLING_SECONDS + _longest_grace(station))
                station.log().note(f"{len(self.dispatcher.running)} runs are stopped")
                self.dispatcher.stop_runs()
        elif self._phase != "closing":
            self._phase = "closing"
            self._kill_by(now + WEB_STOP_SECONDS)
            for member in self.crew:
                send(member, signal.SIGTERM)
        if now >= self._kill_at:
            for member in self.crew:
                send(member, signal.SIGKILL)

    def _kill_by(self, at: float) -> None:
        """Kill what is left then, or when a third signal has asked for it."""
        self._kill_at = min(self._kill_at, at)


def _longest_grace(station: Station) -> float:
    return max((job.stop_grace_seconds for job in station.jobs.values()), default=0.0)
