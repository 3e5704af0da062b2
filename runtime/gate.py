"""What an attempt waits for before it begins: its time, other jobs, locks, a lease.

Nothing is held while it waits for something else: either all is had at once, or it is asked again
a moment later, until the occurrence may no longer start.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from runtime.clock import short
from runtime.journal.claims import ended_outcome, latest_outcome
from runtime.locks import Holder, Locks
from runtime.retry import longest_wait_seconds
from runtime.schedule import latest_at_or_before, parse

if TYPE_CHECKING:
    from datetime import datetime

    from runtime.clock import Clock
    from runtime.contract.plan import Job, Plan
    from runtime.journal.record import Granted
    from runtime.journal.store import Store
    from runtime.lease.place import Place, Taken
    from runtime.stop import StopRequest

POLL_SECONDS: Final = 0.2
"""How long it is waited before everything is asked again."""

LEASE_SECONDS: Final = 60.0
"""How long a lease lasts that nobody renews."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """The attempt may begin; `lease` is what was taken for all hosts, where one host runs it."""

    lease: Taken | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shut:
    """The occurrence is not to run on this host, and why.

    `is_stopped` when somebody asked for a stop, `is_elsewhere` when another host has run it.
    """

    reason: str
    is_stopped: bool = False
    is_elsewhere: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """One job's gate. `place` is where hosts agree, None where the job runs on each."""

    plan: Plan
    store: Store
    clock: Clock
    stop: StopRequest
    locks: Locks
    place: Place | None = None

    def wait(self, job: Job, granted: Granted) -> Open | Shut:
        """Wait until the attempt may begin, or may not any more.

        Raise `LeaseError` when the place of the leases fails, `OSError` when locks cannot be made.
        """
        last_start = self._last_start(job, granted)
        began, longest = self.clock.monotonic(), _longest_wait(job, granted)
        while True:
            if self.stop.received is not None:
                return Shut(reason=f"stopped by {self.stop.received.name}", is_stopped=True)
            now = self.clock.now()
            # A clock that is turned back must not make a wait of hours out of one of seconds.
            waited = self.clock.monotonic() - began
            if now < granted.planned_at and waited < longest:
                left = min((granted.planned_at - now).total_seconds(), longest - waited)
                self.clock.sleep(min(POLL_SECONDS, left))
                continue
            found = self._ask(job, granted)
            if isinstance(found, Open | Shut):
                return found
            is_over = waited >= longest + job.start_deadline_seconds
            if granted.manual or now >= last_start or is_over:
                return Shut(reason=found)
            self.clock.sleep(POLL_SECONDS)

    def _last_start(self, job: Job, granted: Granted) -> datetime:
        """Return until when it is waited for others; a run by hand waits for nobody."""
        deadline = timedelta(seconds=job.start_deadline_seconds)
        if granted.number > 1:
            return max(granted.due_at, granted.planned_at) + deadline
        return granted.due_at + deadline

    def _ask(self, job: Job, granted: Granted) -> Open | Shut | str:
        """Ask for everything once; a text is what it has to wait for."""
        if not granted.manual:
            waits = self._predecessors(job, granted)
            if waits is not None:
                return waits
        holder = Holder(job=granted.job, due_at=granted.due_at, pid=os.getpid())
        busy = self.locks.take(holder)
        if busy is not None:
            return str(busy)
        if self.place is None or granted.manual:
            return Open()
        answer = self._lease(self.place, granted)
        if not isinstance(answer, Open):
            self.locks.release()
        return answer

    def _lease(self, place: Place, granted: Granted) -> Open | Shut | str:
        # Most jobs run on every host, and need none of it.
        from runtime.lease.place import Held, Taken

        answer = place.take(granted.job, granted.due_at, os.uname().nodename, LEASE_SECONDS)
        if isinstance(answer, Taken):
            return Open(lease=answer)
        if isinstance(answer, Held):
            return f"{answer.holder} is running it"
        return Shut(reason=f"{answer.holder} ran it: {answer.outcome}", is_elsewhere=True)

    def _predecessors(self, job: Job, granted: Granted) -> Shut | str | None:
        """Return what keeps the job from following those that it comes `after`, or None."""
        for key in job.after:
            before = self.plan.jobs.get(key)
            if before is None:
                return Shut(reason=f"the plan has no job {key}, after which it runs")
            due = latest_at_or_before(parse(before.schedule), granted.due_at, before.time_zone)
            if due is None:
                outcome, named = latest_outcome(self.store, key), key
            else:
                outcome = ended_outcome(self.store, key, due)
                named = f"{key}, due at {short(due)},"
            if not outcome:
                return f"{named} has not ended"
            if outcome != "ok":
                return Shut(reason=f"{named} ended otherwise than well: {outcome}")
        return None


def _longest_wait(job: Job, granted: Granted) -> float:
    """Return the longest wait that may have been planned before an attempt, in seconds."""
    if job.retries is None or granted.number == 1:
        return 0.0
    return longest_wait_seconds(job.retries, granted.number - 1)
