"""Carry out one occurrence: claim it, and make attempts until one ends well or none is left.

A runner that is killed anywhere leaves an occurrence that the next one can go on with, from the
first step that is not proven.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from runtime import lineage, process
from runtime.attempt import Attempts
from runtime.clock import short
from runtime.contract.frozen import Frozen, frozen
from runtime.errors import Exit, reason_of
from runtime.journal.claims import Asked, claim
from runtime.journal.record import Done, Granted, Outcome, Running, Skipped
from runtime.journal.settle import left_behind
from runtime.presence import Presence, knows_living
from runtime.ran import Ran
from runtime.tell import Tell, stamp
from runtime.turn import ALWAYS
from runtime.windows import open_window

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from runtime.clock import Clock
    from runtime.contract.plan import Job, Plan
    from runtime.journal.store import Store
    from runtime.ran import Watch
    from runtime.stop import StopRequest
    from runtime.turn import Turn

KEPT_RUNS: Final = 200
"""How many runs of a job keep what their steps wrote: the latest."""


@frozen
class Runner(Frozen):
    """What every run on this host shares. `begun` is told when a job has started, for metrics.

    `turn` is given back while a run waits, for whoever counts how many work at one time.
    """

    plan: Plan
    plan_path: str
    store: Store
    state: str
    clock: Clock
    watch: Watch
    stop: StopRequest
    random: Callable[[], float]
    begun: Callable[[], None] = lambda: None
    turn: Turn = ALWAYS

    def run(
        self, key: str, job: Job, due_at: datetime, *, manual: bool, by_hand: bool = False
    ) -> Ran:
        """Claim the occurrence of job `key` that is due at an instant, and carry it out.

        `manual` for one that stands apart from the schedule, `by_hand` for one of the schedule
        that a person named: neither waits for others, nor asks other hosts.

        Return how it ended, or how it had ended before. Raise `JournalError` when the journal
        fails, `OSError` when the state folder cannot be written: then nothing was claimed.
        """
        for folder in (os.path.join(self.state, "runs"), self._folder(key)):
            os.makedirs(folder, mode=0o700, exist_ok=True)
        with Presence(self.state):
            return self._claimed(
                key, job, self._asked(key, job, due_at, manual=manual, by_hand=by_hand)
            )

    def _claimed(self, key: str, job: Job, asked: Asked) -> Ran:
        """Claim an occurrence and carry it out, or say why not."""
        for mark in left_behind(self.store, key, asked.is_alive):
            self._stop_left(mark, job)
        answer = claim(self.store, asked)
        if isinstance(answer, Done):
            return _ended_before(answer)
        if isinstance(answer, Running):
            self._stamp(job)
            return _busy(answer, manual=asked.manual)
        if isinstance(answer, Skipped):
            self._stamp(job)
            how: Outcome | None = None if asked.manual else "skipped"
            return Ran(exit_code=Exit.BUSY, reason=answer.reason, outcome=how)
        for mark in answer.gone:
            # One that was gone only now.
            self._stop_left(mark, job, is_said=False)
        return self._occurrence(key, job, answer)

    def _stop_left(self, mark: str, job: Job, *, is_said: bool = True) -> None:
        """Stop what an attempt has left running whose own process is gone."""
        stopped = process.stop_marked(mark, job.stop_grace_seconds)
        if is_said or stopped:
            self.watch.note(
                "the earlier attempt's process is gone, it is abandoned"
                + (f"; {stopped} processes that it left were stopped" if stopped else "")
            )

    def _asked(self, key: str, job: Job, due_at: datetime, *, manual: bool, by_hand: bool) -> Asked:
        now = self.clock.now()
        window = None
        if job.in_maintenance == "skip" and not manual and not by_hand:
            window = open_window(self.plan.windows, job.service, now)
        return Asked(
            job=key,
            due_at=due_at,
            manual=manual,
            now=now,
            process=lineage.this_process(),
            is_alive=knows_living(self.state),
            window=None if window is None else window.name,
            by_hand=by_hand,
            gives_way=job.catch_up != "all",
            tell=self._tell(job),
        )

    def _tell(self, job: Job) -> Tell:
        return Tell(plan=self.plan, job=job, now=self.clock.now())

    def _stamp(self, job: Job) -> None:
        """Let the delivery know; that it cannot is no fault of the run, a timer asks as well."""
        if job.notice is not None:
            try:
                stamp(self.state)
            except OSError as error:
                self.watch.note(f"the delivery is not woken: {reason_of(error)}")

    def _folder(self, key: str) -> str:
        """Return the folder of what a job's runs wrote."""
        return os.path.join(self.state, "runs", *key.split("/"))

    def _occurrence(self, key: str, job: Job, granted: Granted) -> Ran:
        """Make attempts until one ends well, or none is left."""
        attempts = Attempts(
            plan=self.plan,
            job=job,
            folder=self._folder(key),
            store=self.store,
            state=self.state,
            plan_path=self.plan_path,
            clock=self.clock,
            watch=self.watch,
            stop=self.stop,
            random=self.random,
            begun=self.begun,
            turn=self.turn,
        )
        following: Granted | None = granted
        while following is not None:
            following, ran = attempts.make(following)
        self._stamp(job)
        self._forget(key)
        return ran

    def _forget(self, key: str) -> None:
        """Forget the outputs of older runs; that they stay is no fault of the run."""
        try:
            forget_outputs(self._folder(key))
        except OSError as error:
            self.watch.note(f"outputs of older runs stay: {reason_of(error)}")


def forget_outputs(folder: str, kept: int = KEPT_RUNS) -> None:
    """Remove what the steps of a job's older runs wrote; their folders sort by when they were due.

    The journal keeps what it says of them.
    """
    names = sorted(os.listdir(folder), reverse=True)[kept:]
    if names:
        import shutil

        for name in names:
            shutil.rmtree(os.path.join(folder, name), ignore_errors=True)


def _ended_before(done: Done) -> Ran:
    reason = f"ended already, {done.outcome}, at {short(done.ended_at)}"
    return Ran(
        exit_code=Exit(done.exit_code),
        reason=f"{reason}: {done.reason}" if done.reason else reason,
    )


def _busy(running: Running, *, manual: bool) -> Ran:
    if running.same:
        return Ran(exit_code=Exit.TRY_AGAIN, reason=f"is running already, pid {running.pid}")
    reason = f"the run due at {short(running.due_at)} is still going, pid {running.pid}"
    return Ran(exit_code=Exit.BUSY, reason=reason, outcome=None if manual else "skipped")
