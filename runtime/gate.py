"""What an attempt waits for before it begins: its time, other jobs, locks, a lease.

Nothing is held while it waits for something else, its turn included: either all is had at once, or
it is asked again a moment later, until the occurrence may no longer start. Every wait is bounded by
a clock that nobody can set, beside the one by which occurrences are due.
"""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from runtime.clock import short
from runtime.contract.frozen import Frozen, frozen
from runtime.errors import LeaseError
from runtime.journal.claims import ended_outcome, knows_since, latest_outcome
from runtime.journal.record import ELSEWHERE
from runtime.locks import Holder, Locks
from runtime.retry import longest_wait_seconds
from runtime.schedule import latest_at_or_before, parse
from runtime.turn import ALWAYS

if TYPE_CHECKING:
    from datetime import datetime

    from runtime.clock import Clock
    from runtime.contract.plan import Job, Plan
    from runtime.journal.record import Granted
    from runtime.journal.store import Store
    from runtime.lease.place import Place, Taken
    from runtime.stop import StopRequest
    from runtime.turn import Turn

SLICE_SECONDS: Final = 0.2
"""How long is slept at once, so that a stop is soon heard."""

LONGEST_PAUSE_SECONDS: Final = 5.0
"""How long is waited, at most, before everything is asked again; it begins with a slice."""

LEASE_SECONDS: Final = 60.0
"""How long a lease lasts that nobody renews."""


@frozen
class Open(Frozen):
    """The attempt may begin; `lease` is what was taken for all hosts, where one host runs it."""

    lease: Taken | None = None


@frozen
class Shut(Frozen):
    """The occurrence is not to run on this host, and why.

    `is_stopped` when somebody asked for a stop, `is_elsewhere` when another host has run it,
    `is_done` when this one has, before it was killed; `is_fault` when what had to be asked
    could not be.
    """

    reason: str
    is_stopped: bool = False
    is_elsewhere: bool = False
    is_done: bool = False
    is_fault: bool = False


@frozen
class Waits(Frozen):
    """What the attempt has to wait for; `is_fault` when that could not even be asked."""

    reason: str
    is_fault: bool = False


@frozen
class Gate(Frozen):
    """One job's gate. `place` is where hosts agree, None where the job runs on each.

    `turn` is what the run has with it, and gives back while it waits.
    """

    plan: Plan
    store: Store
    clock: Clock
    stop: StopRequest
    locks: Locks
    place: Place | None = None
    turn: Turn = ALWAYS

    def wait(self, job: Job, granted: Granted) -> Open | Shut:
        """Wait until the attempt may begin, or may not any more.

        Raise `OSError` when locks cannot be made.
        """
        if not self._its_time(job, granted):
            return self._stopped()
        last_start = self._last_start(job, granted)
        began, pause = self.clock.monotonic(), SLICE_SECONDS

        def left() -> float:
            # By the clock of the schedule, and by one that nobody can set.
            return min(
                (last_start - self.clock.now()).total_seconds(),
                job.start_deadline_seconds - (self.clock.monotonic() - began),
            )

        waits: Waits | None = None
        while self._has_turn():
            if waits is not None and left() < -SLICE_SECONDS:
                # Its turn came too late to ask once more.
                return Shut(reason=waits.reason, is_fault=waits.is_fault)
            found = self._ask(job, granted)
            if not isinstance(found, Waits):
                return found
            waits = found
            if granted.by_hand or left() <= 0:
                return Shut(reason=waits.reason, is_fault=waits.is_fault)
            self.turn.rest()
            self._sleep(min(pause, left()))
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
        return self._stopped()

    def _has_turn(self) -> bool:
        """Wait for the run's turn; return False when stopped."""
        self.turn.take(self.stop)
        return self.stop.received is None

    def _its_time(self, job: Job, granted: Granted) -> bool:
        """Wait until the instant that was planned; return False when stopped.

        A clock that is turned back makes no wait of hours out of one of seconds.
        """
        left = (granted.planned_at - self.clock.now()).total_seconds()
        if job.retries is None:
            return self.stop.received is None
        left = min(left, longest_wait_seconds(job.retries, max(granted.number - 1, 1)))
        if left > 0:
            self.turn.rest()
        return self._sleep(left)

    def _sleep(self, seconds: float) -> bool:
        """Sleep in slices; return False when stopped."""
        until = self.clock.monotonic() + seconds
        while self.stop.received is None:
            left = until - self.clock.monotonic()
            if left <= 0:
                return True
            # No less than a clock can tell.
            self.clock.sleep(max(min(left, SLICE_SECONDS), 0.001))
        return False

    def _stopped(self) -> Shut:
        name = self.stop.received.name if self.stop.received is not None else "a stop"
        return Shut(reason=f"stopped by {name}", is_stopped=True)

    def _last_start(self, job: Job, granted: Granted) -> datetime:
        """Return until when it is waited for others."""
        deadline = timedelta(seconds=job.start_deadline_seconds)
        if granted.has_begun:
            return max(granted.due_at, granted.planned_at) + deadline
        return granted.due_at + deadline

    def _ask(self, job: Job, granted: Granted) -> Open | Shut | Waits:
        """Ask for everything once."""
        if not granted.by_hand:
            waits = self._predecessors(job, granted)
            if waits is not None:
                return waits
        holder = Holder(job=granted.job, due_at=granted.due_at, pid=os.getpid())
        busy = self.locks.take(holder)
        if busy is not None:
            return Waits(reason=str(busy))
        if self.place is None or granted.by_hand:
            return Open()
        answer = self._lease(self.place, granted)
        if not isinstance(answer, Open):
            self.locks.release()
        return answer

    def _lease(self, place: Place, granted: Granted) -> Open | Shut | Waits:
        # Most jobs run on every host, and need none of it.
        from runtime.lease.place import Held, Taken

        own = os.uname().nodename
        try:
            answer = place.take(granted.job, granted.due_at, own, LEASE_SECONDS)
        except LeaseError as error:
            return Waits(reason=str(error), is_fault=True)
        if isinstance(answer, Taken):
            return Open(lease=answer)
        if isinstance(answer, Held):
            return Waits(reason=f"{answer.holder} is running it")
        reason = f"{answer.holder}{ELSEWHERE}{answer.outcome}"
        if answer.holder == own and answer.outcome == "ok":
            return Shut(reason=reason, is_done=True)
        return Shut(reason=reason, is_elsewhere=True)

    def _predecessors(self, job: Job, granted: Granted) -> Shut | Waits | None:
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
                since = knows_since(self.store, key)
                if outcome is None and since is not None and due < since:
                    # It was due before this host had the job: that is nobody's fault.
                    continue
            if not outcome:
                return Waits(reason=f"{named} has not ended")
            if outcome != "ok":
                return Shut(reason=f"{named} ended otherwise than well: {outcome}")
        return None
