"""The scheduler: one thread that waits, for what is due, for processes and for signals.

It keeps the web alive, runs no job itself, and has no journal open: everything that may take long,
or fail, is done by processes that it forks.
"""

from __future__ import annotations

import fcntl
import json
import math
import os
import select
import signal
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, Literal

from runtime.clock import SystemClock
from runtime.contract.plan import SETTLING_SECONDS
from runtime.errors import Exit, RunError, reason_of
from runtime.journal.store import FILE_NAME, open_store
from runtime.load import load_plan
from runtime.log import wanted_form
from runtime.serve import readiness, tasks
from runtime.serve.agenda import Agenda, Entry
from runtime.serve.crew import Crew, Member, send
from runtime.serve.dials import Dials
from runtime.serve.keeper import Keeper
from runtime.serve.station import Station, served_jobs
from runtime.tell import STAMP

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator
    from types import FrameType

    from runtime.contract.serve import Serve

LEAD_SECONDS: Final = 0.5
"""How long before its time the process of a run is begun, to be ready then."""
BEAT_SECONDS: Final = 1.0
"""How often the scheduler looks around, whatever happens."""
CHORES_SECONDS: Final = 60.0
"""How often what runs leave to others is done."""
SOON_SECONDS: Final = 2.0
"""How long after a run that left something to tell people are told."""
TURNED_SECONDS: Final = 2.0
"""From which difference on the clock was turned, and not merely kept right."""
WEB_STOP_SECONDS: Final = 10.0
"""How long a web may take to end what it answers."""

SIGNALS: Final = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
CHORES: Final = "the chores"
SURVEY: Final = "the survey"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What is asked for on the command line. `web` carries out the web; it returns its exit code.

    Without a `listen` the plan says where it listens.
    """

    plan_path: str
    state: str
    host: str
    listen: str | None
    takes_all: bool
    web: Callable[[Station, Serve, Dials, socket.socket, int], int]


def serve(terms: Terms) -> int:
    """Serve until a signal says to stop; return the exit code.

    Raise `RunError` when the plan is no good, or nothing can listen as it says.
    """
    crew, dials = Crew(), Dials()
    keeper = Keeper(crew=crew, dials=dials, web=terms.web, listen=terms.listen)
    station = new_station(terms)
    return Steward(terms=terms, station=station, crew=crew, dials=dials, keeper=keeper).run()


@dataclass(slots=True, kw_only=True)
class Steward:
    """Starts what is due until it is told to stop."""

    terms: Terms
    station: Station
    crew: Crew
    dials: Dials
    keeper: Keeper
    clock: SystemClock = field(default_factory=SystemClock)
    _agenda: Agenda = field(init=False)
    _queue: dict[str, Entry | None] = field(default_factory=dict)
    _runs: dict[int, Entry | None] = field(default_factory=dict)
    _signals: list[signal.Signals] = field(default_factory=list)
    _wakers: tuple[int, int] = field(init=False)
    _offset: float = 0.0
    _chores_at: float = 0.0
    _stamp: tuple[int, ...] = ()
    _journal: tuple[int, ...] = ()
    _surveys: dict[int, int] = field(default_factory=dict)
    _start_at: float = 0.0
    _stops: int = 0
    _drain_until: float = 0.0
    _kill_at: float = math.inf
    _phase: Literal["running", "stopping", "closing"] = "running"

    def run(self) -> int:
        """Work until a signal says to stop and all has ended; return the exit code.

        Raise `RunError` when the web cannot be begun.
        """
        # Made here, or refused, in words that a person reads at once; a fork must not have it open.
        open_store(self.terms.state).connection.close()
        with _only_one(self.terms.state), self._hearing():
            try:
                self.dials["beat"] = time.monotonic()
                self.keeper.take_on(self.station)
                self._look_ahead()
                self._look_back()
                readiness.tell("READY=1")
                self._say_who_works()
                self._work()
            finally:
                self.keeper.close()
                self._end_all()
        return Exit.OK

    def _say_who_works(self) -> None:
        number = len(self.station.jobs)
        self._note(f"serving {self.keeper.address}; {number} jobs are started here")
        if not number and self.station.plan.jobs and not self.terms.takes_all:
            self._note(
                "no job of this host is left to `opsrun serve`: give its host group"
                " `scheduler: serve`, or say `--all` to start those of timers and crontabs too"
            )

    def _note(self, line: str) -> None:
        self.station.log().note(line)

    # What is waited for.

    @contextmanager
    def _hearing(self) -> Iterator[None]:
        """Note signals for a block, and wake up for them."""
        reader, writer = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        self._wakers = (reader, writer)

        def note(number: int, _: FrameType | None) -> None:
            self._signals.append(signal.Signals(number))
            os.write(writer, b"!")

        before = {number: signal.signal(number, note) for number in SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
            os.close(reader)
            os.close(writer)

    def _work(self) -> None:
        while not (self._stops and self._has_ended()):
            self._wait()
            while self._signals:
                self._obey(self._signals.pop(0))
            if self._stops:
                self._drain()
            else:
                self._start_what_is_due()
                self._do_chores()
                self.keeper.tend()
            self._show()

    def _wait(self) -> None:
        """Wait until there is something to do, and take in which processes have ended."""
        poll = select.poll()
        poll.register(self._wakers[0], select.POLLIN)
        for member in self.crew:
            poll.register(member.handle, select.POLLIN)
        left = BEAT_SECONDS
        if self._agenda.next_at is not None and not self._stops:
            ahead = self._agenda.next_at - self.clock.now()
            left = min(left, max(0.0, ahead.total_seconds() - LEAD_SECONDS))
        ready = {handle for handle, _ in poll.poll(left * 1000 + 1)}
        if self._wakers[0] in ready:
            os.read(self._wakers[0], 1024)
        for handle in ready & self.crew.members.keys():
            self._ended(self.crew.members[handle])

    def _show(self) -> None:
        self.dials["beat"] = time.monotonic()
        self.dials["jobs"] = len(self.station.jobs)
        self.dials["running"] = len(self._runs)
        self.dials["queued"] = len(self._queue)
        self.dials["is_draining"] = float(self._stops > 0)
        if readiness.has_watchdog():
            readiness.tell("WATCHDOG=1")

    # What is due.

    def _look_ahead(self) -> None:
        self._offset = self._clock_offset()
        self._agenda = Agenda(self.station.jobs, self.terms.host, self.clock.now())

    def _clock_offset(self) -> float:
        return self.clock.now().timestamp() - self.clock.monotonic()

    def _look_back(self) -> None:
        """Find out, in a process, what is to be made up for."""
        result = os.memfd_create("opsrun-survey", os.MFD_CLOEXEC)
        station = self.station
        member = self.crew.start(SURVEY, lambda: tasks.survey(station, result), kept=(result,))
        self._surveys[member.handle] = result

    def _take_survey(self, result: int, code: int) -> None:
        """Queue the jobs that a survey found; one that failed said why."""
        written = os.pread(result, os.fstat(result).st_size, 0) if code == Exit.OK else b"[]"
        os.close(result)
        for key in json.loads(written):
            if key in self.station.jobs:
                self._queue.setdefault(key, None)

    def _start_what_is_due(self) -> None:
        offset = self._clock_offset()
        if offset < self._offset - TURNED_SECONDS:
            # What was due once is due again: the journal knows what of it has run.
            self._note("the clock was turned back")
            self._look_ahead()
        self._offset = offset
        until = self.clock.now() + timedelta(seconds=LEAD_SECONDS)
        for entry in self._agenda.take(until):
            self._queue.setdefault(entry.key, entry)
        while self._queue and len(self._runs) < self.station.plan.serve.at_once:
            if time.monotonic() < self._start_at or not self._start(next(iter(self._queue))):
                return

    def _start(self, key: str) -> bool:
        """Begin the process of a run; return False when the system has no room for it now."""
        entry, station = self._queue[key], self.station
        try:
            member = self.crew.start(key, lambda: tasks.run_job(station, key, entry))
        except OSError as error:
            self.dials.add("failed_starts")
            self._start_at = time.monotonic() + BEAT_SECONDS
            self._note(f"{key} cannot be started now: {reason_of(error)}")
            return False
        del self._queue[key]
        self._runs[member.handle] = entry
        self.dials.add("started")
        if entry is not None:
            late = (self.clock.now() - entry.start_at).total_seconds()
            self.dials.add("late_seconds", max(0.0, late))
        return True

    # What has ended.

    def _ended(self, member: Member) -> None:
        code = self.crew.reap(member)
        if member.handle in self._surveys:
            self._take_survey(self._surveys.pop(member.handle), code)
        elif self._runs.pop(member.handle, self) is not self:
            if self._changed(STAMP) != self._stamp:
                self._chores_at = min(self._chores_at, time.monotonic() + SOON_SECONDS)
            if code < 0:
                self._note(f"the process that ran {member.title} was killed by signal {-code}")
        elif not self._stops:
            self.keeper.ended(member, code)

    # What runs leave to others.

    def _do_chores(self) -> None:
        is_busy = any(member.title == CHORES for member in self.crew)
        if is_busy or time.monotonic() < self._chores_at:
            return
        self._chores_at = time.monotonic() + CHORES_SECONDS
        self._stamp = self._changed(STAMP)
        journal = (*self._changed(FILE_NAME), *self._changed(f"{FILE_NAME}-wal"))
        station, has_changed = self.station, journal != self._journal
        self._journal = journal
        try:
            self.crew.start(CHORES, lambda: tasks.chores(station, writes_metrics=has_changed))
        except OSError as error:
            self._note(f"nobody is told now: {reason_of(error)}")

    def _changed(self, name: str) -> tuple[int, ...]:
        """Return what tells whether a file of the state folder was written."""
        try:
            found = os.stat(os.path.join(self.terms.state, name))
        except OSError:
            return ()
        return (found.st_ino, found.st_size, found.st_mtime_ns)

    # What signals ask for.

    def _obey(self, number: signal.Signals) -> None:
        if number == signal.SIGHUP:
            if not self._stops:
                self._reload()
            return
        self._stops += 1
        if self._stops == 1:
            readiness.tell("STOPPING=1")
            self._queue.clear()
            self._drain_until = time.monotonic() + self.station.plan.serve.drain_seconds
            self._note(f"stopping on {number.name}: {len(self._runs)} runs may go on to their end")
            now = self.clock.now()
            for handle, entry in self._runs.items():
                if entry is not None and entry.start_at > now:
                    send(self.crew.members[handle], signal.SIGTERM)
        elif self._stops == 2:
            self._note(f"{number.name} again: runs are stopped")
            self._drain_until = time.monotonic()
        else:
            self._kill_at = time.monotonic()

    def _reload(self) -> None:
        """Take the plan as it is now; one that is no good leaves all as it is."""
        readiness.tell(f"RELOADING=1\nMONOTONIC_USEC={time.monotonic_ns() // 1000}")
        try:
            station = new_station(self.terms)
            self.keeper.take_on(station)
        except (RunError, OSError) as error:
            said = reason_of(error) if isinstance(error, OSError) else str(error)
            self.dials.add("failed_reloads")
            self.dials["is_reload_failed"] = 1.0
            self._note(f"the plan is not read again, all stays as it was: {said}")
        else:
            self.station = station
            self._queue = {key: one for key, one in self._queue.items() if key in station.jobs}
            self._look_ahead()
            self._look_back()
            self.dials.add("reloads")
            self.dials["is_reload_failed"] = 0.0
            self._say_who_works()
        readiness.tell("READY=1")

    def _drain(self) -> None:
        """Stop what runs when its time is over, and the rest when nothing runs any more."""
        now = time.monotonic()
        if self._runs:
            if now >= self._drain_until and self._phase == "running":
                self._phase = "stopping"
                self._kill_at = now + SETTLING_SECONDS + self._longest_grace()
                self._note(f"{len(self._runs)} runs are stopped")
                for handle in self._runs:
                    send(self.crew.members[handle], signal.SIGTERM)
        elif self._phase != "closing":
            self._phase = "closing"
            self._kill_at = now + WEB_STOP_SECONDS
            for member in self.crew:
                send(member, signal.SIGTERM)
        if now >= self._kill_at:
            for member in self.crew:
                send(member, signal.SIGKILL)

    def _longest_grace(self) -> float:
        jobs = self.station.jobs.values()
        return max((job.stop_grace_seconds for job in jobs), default=0.0)

    def _has_ended(self) -> bool:
        return not self.crew.members

    def _end_all(self) -> None:
        """Leave no process that serves; runs of jobs go on, the journal knows them."""
        for member in self.crew:
            if member.handle not in self._runs:
                send(member, signal.SIGTERM)


def new_station(terms: Terms) -> Station:
    """Read the plan, and return what stands on it. Raise `PlanError` when it is no good."""
    plan = load_plan(terms.plan_path, terms.state)
    return Station(
        plan=plan,
        jobs=served_jobs(plan, terms.host, takes_all=terms.takes_all),
        host=terms.host,
        state=terms.state,
        form=wanted_form(),
    )


@contextmanager
def _only_one(state: str) -> Iterator[Any]:
    """Hold a state folder's lock for a block. Raise `RunError` when another scheduler has it."""
    path = os.path.join(state, "serve.lock")
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
    descriptor = os.open(path, flags, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            said = os.pread(descriptor, 100, 0).decode("ascii", "replace")
            raise RunError(f"another `opsrun serve` works in {state}, pid {said}") from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(descriptor)
