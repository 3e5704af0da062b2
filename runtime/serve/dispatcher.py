"""Starts what is due: a time enters, processes of runs leave, of which so many work at one time.

What is due waits in a queue, a job once, until it is its turn. What passed while nothing ran is
looked back for, and queued as well. A run that waits, for what others hold or for its next attempt,
lets others have its turn, and comes before what is queued when it wants it again: what holds up
some jobs holds up no others.
"""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from runtime.clock import SystemClock
from runtime.errors import reason_of
from runtime.serve import tasks
from runtime.serve.agenda import Agenda, Entry
from runtime.serve.crew import Crew, Member, send
from runtime.serve.turns import Lent, Turns, pair

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from runtime.serve.dials import Dials
    from runtime.serve.lookback import Lookback
    from runtime.serve.station import Station

LEAD_SECONDS: Final = 0.5
"""How long before its time the process of a run is begun, to be ready then."""
PAUSE_SECONDS: Final = 1.0
"""How long nothing is started when the system had no room for a process."""
TURNED_SECONDS: Final = 2.0
"""From which difference on the clock was turned, and not merely kept right."""


@dataclass(slots=True, kw_only=True)
class Dispatcher:
    """What is queued, by job, and what runs, by handle: an entry, or None for what was missed."""

    crew: Crew
    dials: Dials
    lookback: Lookback
    clock: SystemClock = field(default_factory=SystemClock)
    _station: Station = field(init=False)
    _agenda: Agenda = field(default_factory=lambda: Agenda({}, "", datetime.now(UTC)))
    _queue: dict[str, Entry | None] = field(default_factory=dict)
    _queued_at: dict[str, float] = field(default_factory=dict)
    _runs: dict[int, Entry | None] = field(default_factory=dict)
    _turns: Turns = field(default_factory=Turns)
    _is_stopping: bool = False
    _offset: float = 0.0
    _start_at: float = 0.0

    @property
    def running(self) -> Collection[int]:
        """The handles of the runs."""
        return self._runs.keys()

    @property
    def ends(self) -> Collection[int]:
        """The descriptors that become readable when a run has something to say of its turn."""
        return self._turns.ends

    @property
    def seconds_left(self) -> float | None:
        """How long it is until a process has to be begun; None when nothing is to come."""
        if self._agenda.next_at is None:
            return None
        ahead = self._agenda.next_at - self.clock.now()
        return max(0.0, ahead.total_seconds() - LEAD_SECONDS)

    def take_on(self, station: Station) -> None:
        """Start the jobs of a reading of the plan from now on; what runs is let be.

        What became due of jobs that stay as they are, while the plan was read, is to come.
        """
        self._station = station
        for key in self._queue.keys() - station.jobs.keys():
            del self._queue[key], self._queued_at[key]
        self._look_ahead(self._agenda)
        self.lookback.take_on(station)

    def hear(self, end: int) -> None:
        """Take in what a run says of its turn."""
        self._turns.hear(end, self.clock.monotonic())

    def give_turns(self) -> None:
        """Let runs work again that have waited, as far as so many may work at one time."""
        self._turns.give(self._station.plan.serve.at_once)

    def start_what_is_due(self) -> None:
        """Queue what is due, and start of the queue what has its turn."""
        offset = self._clock_offset()
        if offset < self._offset - TURNED_SECONDS:
            # What was due once is due again: the journal knows what of it has run.
            self._note("the clock was turned back")
            self._look_ahead()
        self._offset = offset
        self.lookback.tend()
        # What is late begins before what comes next: a job's next run stands in for one that waits.
        for lead in (0.0, LEAD_SECONDS):
            for entry in self._agenda.take(self.clock.now() + timedelta(seconds=lead)):
                self._enqueue(entry.key, entry)
            self._begin_queued()

    def _enqueue(self, key: str, entry: Entry | None) -> None:
        """Have a job wait for its turn, with what it is due for: it waits since it first did."""
        self._queue[key] = entry
        self._queued_at.setdefault(key, self.clock.monotonic())

    def _begin_queued(self) -> None:
        """Begin what waits, as far as so many may work at one time."""
        while self._queue and self._turns.taken < self._station.plan.serve.at_once:
            if time.monotonic() < self._start_at or not self._start(next(iter(self._queue))):
                return

    def ended(self, member: Member, code: int) -> bool:
        """Take in that a process has ended; return whether it was one of these."""
        if member.handle in self._runs:
            del self._runs[member.handle]
            self._turns.remove(member.handle)
            # What a stop has killed is no fault, and gone on with by the next scheduler.
            if not self._is_stopping:
                self.lookback.run_ended(member.title, code)
            return True
        found = self.lookback.ended(member, code)
        if found is not None and not self._is_stopping:
            self._queue_found(found)
        return found is not None

    def _queue_found(self, found: Iterable[str]) -> None:
        busy = {*self._queue, *(self.crew.members[handle].title for handle in self._runs)}
        for key in found:
            if key in self._station.jobs and key not in busy:
                self._enqueue(key, None)

    def start_nothing_more(self) -> None:
        """Forget what is queued, and end what was begun ahead of its time."""
        self._is_stopping = True
        self._queue.clear()
        self._queued_at.clear()
        now = self.clock.now()
        for handle, entry in self._runs.items():
            if entry is not None and entry.start_at > now:
                send(self.crew.members[handle], signal.SIGTERM)

    def stop_runs(self) -> None:
        """Tell all that runs to stop."""
        for handle in self._runs:
            send(self.crew.members[handle], signal.SIGTERM)

    def show(self) -> None:
        """Set the dials."""
        self.dials["jobs"] = len(self._station.jobs)
        self.dials["running"] = len(self._runs)
        self.dials["resting"] = self._turns.waiting
        self.dials["queued"] = len(self._queue)
        since = [*self._queued_at.values(), *self._turns.wanted_since]
        self.dials["waits_seconds"] = self.clock.monotonic() - min(since) if since else 0.0

    def _note(self, line: str) -> None:
        self._station.log().note(line)

    def _look_ahead(self, before: Agenda | None = None) -> None:
        self._offset = self._clock_offset()
        station = self._station
        self._agenda = Agenda(station.jobs, station.host, self.clock.now(), before)

    def _clock_offset(self) -> float:
        return self.clock.now().timestamp() - self.clock.monotonic()

    def _start(self, key: str) -> bool:
        """Begin the process of a run; return False when the system has no room for it now."""
        entry, station = self._queue[key], self._station
        try:
            member = self._forked(key, lambda end: tasks.run_job(station, key, entry, Lent(end)))
        except OSError as error:
            self.dials.add("failed_starts")
            self._start_at = time.monotonic() + PAUSE_SECONDS
            self._note(f"{key} cannot be started now: {reason_of(error)}")
            return False
        del self._queue[key], self._queued_at[key]
        self._runs[member.handle] = entry
        self.dials.add("started")
        if entry is not None:
            late = (self.clock.now() - entry.start_at).total_seconds()
            self.dials.add("late_seconds", max(0.0, late))
        return True

    def _forked(self, key: str, act: Callable[[int], int]) -> Member:
        """Fork a process that does `act` with its end of a turn. Raise `OSError` without room."""
        ours, theirs = pair()
        try:
            member = self.crew.start(key, lambda: act(theirs), kept=(theirs,))
        except OSError:
            os.close(ours)
            raise
        finally:
            os.close(theirs)
        self._turns.add(member.handle, ours)
        return member
