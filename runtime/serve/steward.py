"""The scheduler: one thread that waits, and then has each of its parts do what is theirs.

It keeps the web alive, runs no job itself, and has no journal open: everything that may take long,
or fail, is done by processes that it forks.
"""

from __future__ import annotations

import signal
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from runtime.errors import Exit, RunError, reason_of
from runtime.journal.store import open_store
from runtime.serve import readiness
from runtime.serve.alone import alone
from runtime.serve.crew import Crew, send
from runtime.serve.dials import Dials
from runtime.serve.dispatcher import Dispatcher
from runtime.serve.drain import Drain
from runtime.serve.ear import Ear
from runtime.serve.housekeeper import Housekeeper
from runtime.serve.keeper import Keeper
from runtime.serve.lector import read_aside
from runtime.serve.lookback import Lookback
from runtime.serve.station import Station, read_station

if TYPE_CHECKING:
    from runtime.serve.terms import Terms

BEAT_SECONDS: Final = 1.0
"""How often the scheduler looks around, whatever happens."""


def serve(terms: Terms) -> int:
    """Serve until a signal says to stop; return the exit code.

    Raise `RunError` when the plan is no good, or nothing can listen as it says.
    """
    crew, dials = Crew(), Dials()
    dispatcher = Dispatcher(crew=crew, dials=dials, lookback=Lookback(crew=crew))
    return Steward(
        terms=terms,
        station=read_station(terms),
        crew=crew,
        dials=dials,
        ear=Ear(),
        keeper=Keeper(crew=crew, dials=dials, web=terms.web, listen=terms.listen),
        dispatcher=dispatcher,
        housekeeper=Housekeeper(crew=crew),
        drain=Drain(crew=crew, dispatcher=dispatcher),
    ).run()


@dataclass(slots=True, kw_only=True)
class Steward:
    """Has what is due started until it is told to stop."""

    terms: Terms
    station: Station
    crew: Crew
    dials: Dials
    ear: Ear
    keeper: Keeper
    dispatcher: Dispatcher
    housekeeper: Housekeeper
    drain: Drain
    _told_alive_at: float = 0.0

    def run(self) -> int:
        """Work until a signal says to stop and all has ended; return the exit code.

        Raise `RunError` when the web cannot be begun.
        """
        # Made here, or refused, in words that a person reads at once; a fork must not have it open.
        open_store(self.terms.state).connection.close()
        with alone(self.terms.state), self.ear.opened():
            try:
                self.dials["beat"] = time.monotonic()
                self.keeper.take_on(self.station)
                self._go_by(self.station)
                readiness.tell("READY=1")
                self._say_who_works()
                self._work()
            finally:
                self.keeper.close()
                self._end_all()
        return Exit.OK

    def _go_by(self, station: Station) -> None:
        """Have all parts work by a reading of the plan whose web has begun."""
        self.station = station
        self.housekeeper.take_on(station)
        self.dispatcher.take_on(station)

    def _work(self) -> None:
        while not self.drain.is_over:
            self._wait(BEAT_SECONDS)
            while self.ear.signals:
                self._obey(self.ear.signals.pop(0))
            self._tend()

    def _work_until(self, handle: int, seconds: float) -> bool:
        """Work on until a descriptor can be read, or so long; return whether it can.

        Signals wait until then. Raise `RunError` when one of them asks for a stop.
        """
        until = time.monotonic() + seconds
        while True:
            left = until - time.monotonic()
            ready = self._wait(min(max(left, 0.0), BEAT_SECONDS), handle)
            if any(number != signal.SIGHUP for number in self.ear.signals):
                raise RunError("a stop was asked for meanwhile")
            self._tend()
            if handle in ready or left <= 0:
                return handle in ready

    def _wait(self, seconds: float, *also: int) -> set[int]:
        """Wait until there is something to do, and take in which processes have ended.

        Return the descriptors, of those that are waited for besides, that can be read.
        """
        ahead = None if self.drain.is_on else self.dispatcher.seconds_left
        left = seconds if ahead is None else min(seconds, ahead)
        ready = self.ear.wait((*self.crew.members, *self.dispatcher.ends, *also), left)
        for handle in ready.difference(also):
            member = self.crew.members.get(handle)
            if member is None:
                self.dispatcher.hear(handle)
                continue
            code = self.crew.reap(member)
            if self.dispatcher.ended(member, code):
                self.housekeeper.run_ended()
            elif not self.housekeeper.ended(member, code) and not self.drain.is_on:
                self.keeper.ended(member, code)
        return ready.intersection(also)

    def _tend(self) -> None:
        """Have each part do what is to be done now."""
        self.dispatcher.give_turns()
        if self.drain.is_on:
            self.drain.tend(self.station)
        else:
            self.dispatcher.start_what_is_due()
            self.housekeeper.tend()
            self.keeper.tend()
        self._show()

    def _show(self) -> None:
        now = self.dials["beat"] = time.monotonic()
        self.dispatcher.show()
        self.dials["is_draining"] = float(self.drain.is_on)
        if now - self._told_alive_at >= BEAT_SECONDS:
            self._told_alive_at = now
            readiness.tell_alive()

    def _obey(self, number: signal.Signals) -> None:
        if number != signal.SIGHUP:
            self.drain.ask(number, self.station)
        elif not self.drain.is_on:
            self._reload()

    def _reload(self) -> None:
        """Take the plan as it is now; one that is no good leaves all as it is.

        Until it is read, and its web listens, what is due is started by the one before.
        """
        readiness.tell(f"RELOADING=1\nMONOTONIC_USEC={time.monotonic_ns() // 1000}")
        try:
            station = read_aside(self.terms, self.crew, self._work_until)
            self.keeper.take_on(station, self._work_until)
        except (RunError, OSError) as error:
            said = reason_of(error) if isinstance(error, OSError) else str(error)
            self.dials.add("failed_reloads")
            self.dials["is_reload_failed"] = 1.0
            self._note(f"the plan is not read again, all stays as it was: {said}")
        else:
            self._go_by(station)
            self.dials.add("reloads")
            self.dials["is_reload_failed"] = 0.0
            self._say_who_works()
        readiness.tell("READY=1")

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

    def _end_all(self) -> None:
        """Leave no process that serves; runs of jobs go on, the journal knows them."""
        for member in self.crew:
            if member.handle not in self.dispatcher.running:
                send(member, signal.SIGTERM)
