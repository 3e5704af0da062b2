"""Carry out one occurrence: claim it, wait for what it needs, run its steps, record all of it.

The journal is written before and after each step, so that a runner that is killed anywhere
leaves an occurrence that the next one can go on with, from the first step that is not proven. A
failed attempt that is worth another one puts that into the journal before it waits for it.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Protocol

from runtime import lineage, process
from runtime.child import Child, step_environment
from runtime.clock import short, to_text
from runtime.errors import Exit, JournalError, LeaseError, reason_of
from runtime.gate import Gate, Open, Shut
from runtime.journal.claims import Asked, claim
from runtime.journal.record import AttemptEnd, Done, Granted, Outcome, Running, Skipped, StepEnd
from runtime.journal.steps import (
    begin_attempt,
    begin_step,
    count,
    end_for_another,
    end_occurrence,
    end_step,
    leave_open,
)
from runtime.leased import Leased
from runtime.locks import Locks
from runtime.retry import wait_seconds
from runtime.tell import Tell, stamp
from runtime.windows import open_window

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from runtime.clock import Clock
    from runtime.contract.plan import Job, Plan, Step
    from runtime.journal.store import Store
    from runtime.stop import StopRequest

KEPT_RUNS: Final = 200
"""How many runs of a job keep what their steps wrote: the latest."""

PUNCTUAL_SECONDS: Final = 60.0
"""How long after its time, and after its jitter, a start does not yet count as late."""


class Watch(Protocol):
    """Who is told how a run goes."""

    def begun(self, name: str, step: Step) -> None:
        """A step begins."""

    def ended(self, name: str, end: StepEnd, output: str) -> None:
        """A step ended; `output` is the path of what it wrote."""

    def note(self, line: str) -> None:
        """Something is worth a word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """How a run ended. `outcome` is None for a dry run and when nothing was run."""

    exit_code: Exit
    reason: str
    outcome: Outcome | None = None
    steps: Mapping[str, StepEnd] = field(default_factory=dict)
    outputs: Mapping[str, str] = field(default_factory=dict)
    attempt: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Runner:
    """What every run on this host shares. `begun` is told when a job has started, for metrics."""

    plan: Plan
    store: Store
    state: str
    clock: Clock
    watch: Watch
    stop: StopRequest
    random: Callable[[], float]
    begun: Callable[[], None] = lambda: None

    def run(self, key: str, job: Job, due_at: datetime, *, manual: bool) -> Ran:
        """Claim the occurrence of job `key` that is due at an instant, and carry it out.

        Return how it ended, or how it had ended before. Raise `JournalError` when the journal
        fails, `OSError` when the state folder cannot be written: then nothing was claimed.
        """
        for folder in (os.path.join(self.state, "runs"), self._folder(key)):
            os.makedirs(folder, mode=0o700, exist_ok=True)
        answer = claim(self.store, self._asked(key, job, due_at, manual=manual))
        if isinstance(answer, Done):
            return _ended_before(answer)
        if isinstance(answer, Running):
            return _busy(answer, manual=manual)
        if isinstance(answer, Skipped):
            self._stamp(job)
            how: Outcome | None = None if manual else "skipped"
            return Ran(exit_code=Exit.BUSY, reason=answer.reason, outcome=how)
        for mark in answer.gone:
            stopped = process.stop_marked(mark, job.stop_grace_seconds)
            self.watch.note(
                "the earlier attempt's process is gone, it is abandoned"
                + (f"; {stopped} processes that it left were stopped" if stopped else "")
            )
        return self._occurrence(key, job, answer)

    def _asked(self, key: str, job: Job, due_at: datetime, *, manual: bool) -> Asked:
        now = self.clock.now()
        window = None
        if job.in_maintenance == "skip" and not manual:
            window = open_window(self.plan.windows, job.service, now)
        return Asked(
            job=key,
            due_at=due_at,
            manual=manual,
            now=now,
            process=lineage.this_process(),
            is_alive=lineage.is_alive,
            window=None if window is None else window.name,
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
        attempt: Granted | None = granted
        while attempt is not None:
            attempt, ran = self._attempt(key, job, attempt)
        self._stamp(job)
        self._forget(key)
        return ran

    def _attempt(self, key: str, job: Job, granted: Granted) -> tuple[Granted | None, Ran]:
        """Make one attempt; return the one that follows, if any, and how this one ended."""
        course = _Course()
        try:
            with (
                Locks(self.state, job.takes, job.series) as locks,
                Leased.of(job.lease if job.runs == "one" else None) as leased,
            ):
                gate = Gate(
                    plan=self.plan,
                    store=self.store,
                    clock=self.clock,
                    stop=self.stop,
                    locks=locks,
                    place=leased.place,
                )
                way = gate.wait(job, granted)
                if isinstance(way, Shut):
                    return None, self._shut(job, granted, way)
                with leased.kept(way.lease, self.stop):
                    end = self._run(key, job, granted, course, locks, way)
                if not leased.end(way.lease, end.outcome):
                    end = AttemptEnd(
                        outcome="failed",
                        exit_code=Exit.FAILED,
                        reason="the lease was lost while it ran: another host may have run it",
                        duration_seconds=end.duration_seconds,
                    )
        except (OSError, LeaseError) as error:
            said = reason_of(error) if isinstance(error, OSError) else str(error)
            end = AttemptEnd(
                outcome="failed", exit_code=Exit.FAILED, reason=said, duration_seconds=0.0
            )
        return self._end(job, granted, end, course)

    def _run(
        self, key: str, job: Job, granted: Granted, course: _Course, locks: Locks, way: Open
    ) -> AttemptEnd:
        """Run the steps that are not proven; return how the attempt ended.

        Whatever the system or the journal refuses meanwhile, it ends as failed.
        """
        now = self.clock.now()
        late = PUNCTUAL_SECONDS + job.jitter_seconds
        is_late = not granted.manual and now - granted.due_at > timedelta(seconds=late)
        began = self.clock.monotonic()
        try:
            begin_attempt(self.store, granted, now, is_late=is_late)
            self.begun()
            folder = os.path.join(self._folder(key), to_text(granted.due_at))
            fence = way.lease.fence if way.lease is not None else granted.attempt_id
            self._steps(job, folder, granted, course, (tuple(locks.descriptors), fence))
            outcome, exit_code, reason = verdict(course.ends)
        except OSError as error:
            outcome, exit_code, reason = "failed", Exit.FAILED, reason_of(error)
        except JournalError as error:
            outcome, exit_code, reason = "failed", Exit.FAILED, str(error)
        return AttemptEnd(
            outcome=outcome,
            exit_code=exit_code,
            reason=reason,
            duration_seconds=self.clock.monotonic() - began,
        )

    def _steps(
        self,
        job: Job,
        folder: str,
        granted: Granted,
        course: _Course,
        holds: tuple[tuple[int, ...], int],
    ) -> None:
        """Run the steps that are not proven, up to one that fails; note how each ended."""
        os.makedirs(folder, mode=0o700, exist_ok=True)
        environment = step_environment(granted.mark)
        began = self.clock.monotonic()
        for position, (name, step) in enumerate(job.steps.items()):
            digest = step_digest(step)
            if (name, digest) in granted.proven:
                self.watch.note(f"step {name} was done by an earlier attempt")
                continue
            output = os.path.join(folder, f"{granted.number}-{name}.log")
            number = begin_step(
                self.store,
                granted,
                position=position,
                name=name,
                digest=digest,
                output=output,
                now=self.clock.now(),
            )
            self.watch.begun(name, step)
            left = job.timeout_seconds - (self.clock.monotonic() - began)
            child = Child(
                environment=environment,
                output=output,
                stop=self.stop,
                locks=holds[0],
                fence=holds[1],
            )
            end = child.run(step, timeout_seconds=left, grace_seconds=job.stop_grace_seconds)
            end_step(self.store, granted, number, name, end, self.clock.now())
            self.watch.ended(name, end, output)
            course.ends[name], course.outputs[name] = end, output
            if end.outcome not in ("ok", "partly"):
                break

    def _shut(self, job: Job, granted: Granted, way: Shut) -> Ran:
        """End an occurrence that did not get through the gate, or leave it to another runner."""
        now = self.clock.now()
        if way.is_stopped:
            leave_open(self.store, granted, way.reason, now)
            reason = f"{way.reason} while it waited; the next run goes on with it"
            return Ran(exit_code=Exit.TRY_AGAIN, reason=reason, attempt=granted.number)
        end = AttemptEnd(outcome="skipped", exit_code=Exit.BUSY, reason=way.reason)
        if granted.number > 1:
            # It has begun once: what keeps it from another attempt makes no skipped one of it.
            reason = f"not tried again: {way.reason}"
            end = AttemptEnd(outcome="failed", exit_code=Exit.FAILED, reason=reason)
        with self.store.transaction() as connection:
            end_occurrence(connection, granted, end, now)
            self._tell(job)(connection, granted.due_at, end.outcome, end.reason)
        return Ran(
            exit_code=Exit(end.exit_code),
            reason=end.reason,
            outcome=end.outcome,
            attempt=granted.number,
        )

    def _end(
        self, job: Job, granted: Granted, end: AttemptEnd, course: _Course
    ) -> tuple[Granted | None, Ran]:
        """Record the end of an attempt: with the one that follows, or with the occurrence's."""
        now = self.clock.now()
        seconds = end.duration_seconds or 0.0
        is_long = job.expect_seconds is not None and seconds > job.expect_seconds
        wait = self._wait(job, granted, end, course)
        following: Granted | None = None
        with self.store.transaction() as connection:
            if is_long:
                count(connection, granted.job, "overrun")
            if wait is None:
                end_occurrence(connection, granted, end, now)
                self._tell(job)(connection, granted.due_at, end.outcome, end.reason)
            else:
                following = end_for_another(
                    connection,
                    granted,
                    end,
                    now,
                    planned_at=now + timedelta(seconds=wait),
                    process=lineage.this_process(),
                )
        if is_long:
            self.watch.note(f"took {seconds:.1f}s, expected {job.expect_seconds:g}s")
        if following is not None:
            at = short(following.planned_at)
            self.watch.note(
                f"attempt {granted.number} {end.outcome}: {end.reason}; the next one is at {at}"
            )
        return following, Ran(
            outcome=end.outcome,
            exit_code=Exit(end.exit_code),
            reason=end.reason,
            steps=course.ends,
            outputs=course.outputs,
            attempt=granted.number,
        )

    def _wait(self, job: Job, granted: Granted, end: AttemptEnd, course: _Course) -> float | None:
        """Return how long the next attempt waits, in seconds; None when there is none."""
        retries = job.retries
        if retries is None or granted.number >= retries.attempts:
            return None
        if end.outcome not in retries.outcomes or self.stop.received is not None:
            return None
        if any(step.is_final for step in course.ends.values()):
            return None
        return wait_seconds(retries, granted.number, self.random())

    def _forget(self, key: str) -> None:
        """Forget the outputs of older runs; that they stay is no fault of the run."""
        try:
            forget_outputs(self._folder(key))
        except OSError as error:
            self.watch.note(f"outputs of older runs stay: {reason_of(error)}")


@dataclass(slots=True)
class _Course:
    """How the steps of one attempt ended so far, and where their outputs are."""

    ends: dict[str, StepEnd] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)


def dry_run(job: Job, folder: str, watch: Watch, stop: StopRequest) -> Ran:
    """Have each step say what it would do; `folder` takes the output. Nothing is recorded."""
    ends: dict[str, StepEnd] = {}
    outputs: dict[str, str] = {}
    environment = step_environment(f"dry-run:{os.getpid()}")
    for name, step in job.steps.items():
        output = os.path.join(folder, f"{name}.log")
        child = Child(environment=environment, output=output, stop=stop, dry_run=True)
        end = child.run(
            step, timeout_seconds=job.timeout_seconds, grace_seconds=job.stop_grace_seconds
        )
        watch.ended(name, end, output)
        ends[name], outputs[name] = end, output
        if stop.received is not None:
            break
    _, exit_code, reason = verdict(ends)
    return Ran(exit_code=exit_code, reason=reason, steps=ends, outputs=outputs)


def verdict(ends: Mapping[str, StepEnd]) -> tuple[Outcome, Exit, str]:
    """Given how the steps ended, return the occurrence's outcome, exit code and reason."""
    for name, end in ends.items():
        if end.outcome == "timed out":
            return "timed out", Exit.TIMED_OUT, f"step {name}: {end.summary}"
        if end.outcome == "failed":
            return "failed", Exit(end.exit_code), f"step {name}: {end.summary}"
    for name, end in ends.items():
        if end.outcome == "partly":
            return "failed", Exit.PARTLY, f"step {name}: partly done: {end.summary}"
    return "ok", Exit.OK, "; ".join(end.summary for end in ends.values())


def forget_outputs(folder: str, kept: int = KEPT_RUNS) -> None:
    """Remove what the steps of a job's older runs wrote; their folders sort by when they were due.

    The journal keeps what it says of them.
    """
    names = sorted(os.listdir(folder), reverse=True)[kept:]
    if names:
        import shutil

        for name in names:
            shutil.rmtree(os.path.join(folder, name), ignore_errors=True)


def step_digest(step: Step) -> str:
    """Return the digest of what a step does; a proven step with another digest runs again."""
    content = json.dumps([step.kind, dict(step.parameters)], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()


def _ended_before(done: Done) -> Ran:
    reason = f"ended already, {done.outcome}, at {short(done.ended_at)}"
    return Ran(
        exit_code=Exit(done.exit_code),
        reason=f"{reason}: {done.reason}" if done.reason else reason,
    )


def _busy(running: Running, *, manual: bool) -> Ran:
    if running.same:
        return Ran(exit_code=Exit.TRY_AGAIN, reason=f"is running already, pid {running.pid}")
    kept = "not started" if manual else "skipped"
    reason = f"{kept}: the run due at {short(running.due_at)} is still going, pid {running.pid}"
    return Ran(exit_code=Exit.BUSY, reason=reason)
