"""Make one attempt of an occurrence: wait for what it needs, run its steps, record its end.

The journal is written before and after each step. A failed attempt that is worth another one has
that in the journal before anybody waits for it.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from runtime import lineage
from runtime.child import Child, step_environment
from runtime.clock import short, to_text
from runtime.contract.frozen import Frozen, frozen
from runtime.errors import Exit, JournalError, LeaseError, SecretError, reason_of
from runtime.gate import Gate, Open, Shut
from runtime.journal.record import AttemptEnd, Granted, StepEnd
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
from runtime.ran import Ran, verdict
from runtime.retry import wait_seconds
from runtime.tell import Tell

if TYPE_CHECKING:
    from collections.abc import Callable

    from runtime.clock import Clock
    from runtime.contract.plan import Job, Plan, Step
    from runtime.journal.store import Store
    from runtime.ran import Watch
    from runtime.stop import StopRequest
    from runtime.turn import Turn

LOST: Final = "the lease was lost while it ran: another host may have run it"


@dataclass(slots=True)
class Course:
    """How the steps of one attempt ended so far, and where their outputs are."""

    ends: dict[str, StepEnd] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)


@frozen
class Attempts(Frozen):
    """Makes attempts of one job; `folder` takes what its steps write."""

    plan: Plan
    job: Job
    folder: str
    store: Store
    state: str
    plan_path: str
    clock: Clock
    watch: Watch
    stop: StopRequest
    random: Callable[[], float]
    begun: Callable[[], None]
    turn: Turn

    def make(self, granted: Granted) -> tuple[Granted | None, Ran]:
        """Make one attempt; return the one that follows, if any, and how this one ended."""
        course = Course()
        try:
            with (
                Locks(self.state, self.job.takes, self.job.series) as locks,
                Leased.of(self.job.lease if self.job.runs == "one" else None) as leased,
            ):
                gate = Gate(
                    plan=self.plan,
                    store=self.store,
                    clock=self.clock,
                    stop=self.stop,
                    locks=locks,
                    place=leased.place,
                    turn=self.turn,
                )
                way = gate.wait(self.job, granted)
                if isinstance(way, Shut):
                    return None, self._shut(granted, way)
                with leased.kept(way.lease, self.stop):
                    end = self._run(granted, course, locks, way)
                return self._end_for_all(granted, end, course, leased, way)
        except (OSError, LeaseError, SecretError) as error:
            said = reason_of(error) if isinstance(error, OSError) else str(error)
            end = AttemptEnd(
                outcome="failed", exit_code=Exit.FAILED, reason=said, duration_seconds=0.0
            )
        return self._end(granted, end, course, self._wait_seconds(granted, end, course))

    def _end_for_all(
        self, granted: Granted, end: AttemptEnd, course: Course, leased: Leased, way: Open
    ) -> tuple[Granted | None, Ran]:
        """Record the end of an attempt here and, when no other one follows, for the other hosts.

        A lease of which another attempt is to make use is left to run out: this host has it again
        at once, and another one when this host does not come for it.
        """
        wait = self._wait_seconds(granted, end, course)
        if wait is None and way.lease is not None:
            try:
                if not course.ends:
                    leased.give_back(way.lease)
                elif not leased.end(way.lease, end.outcome, self.clock):
                    end = replace(end, outcome="failed", exit_code=Exit.FAILED, reason=LOST)
            except LeaseError as error:
                self.watch.note(f"the other hosts are not told of the end: {error}")
        return self._end(granted, end, course, wait)

    def _run(self, granted: Granted, course: Course, locks: Locks, way: Open) -> AttemptEnd:
        """Run the steps that are not proven; return how the attempt ended.

        Whatever the system or the journal refuses meanwhile, it ends as failed.
        """
        now = self.clock.now()
        late = timedelta(seconds=self.job.punctual_seconds)
        is_late = not granted.manual and now - granted.due_at > late
        began = self.clock.monotonic()
        try:
            begin_attempt(self.store, granted, now, is_late=is_late)
            self.begun()
            folder = os.path.join(self.folder, to_text(granted.due_at))
            fence = way.lease.fence if way.lease is not None else granted.attempt_id
            self._steps(granted, course, folder, (tuple(locks.descriptors), fence))
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
        granted: Granted,
        course: Course,
        folder: str,
        holds: tuple[tuple[int, ...], int],
    ) -> None:
        """Run the steps that are not proven, up to one that fails; note how each ended."""
        os.makedirs(folder, mode=0o700, exist_ok=True)
        environment = {
            **step_environment(granted.mark),
            lineage.OCCURRENCE: self._occurrence(granted),
        }
        began = self.clock.monotonic()
        for position, (name, step) in enumerate(self.job.steps.items()):
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
            self.watch.begun(name, step, output)
            left = self.job.timeout_seconds - (self.clock.monotonic() - began)
            child = Child(
                environment=environment,
                output=output,
                stop=self.stop,
                steps=self.job.steps.values(),
                locks=holds[0],
                fence=holds[1],
                state=self.state,
                plan=self.plan_path,
            )
            end = child.run(step, timeout_seconds=left, grace_seconds=self.job.stop_grace_seconds)
            end_step(self.store, granted, number, name, end, self.clock.now())
            self.watch.ended(name, end, output)
            course.ends[name], course.outputs[name] = end, output
            if end.outcome not in ("ok", "partly"):
                break

    def _occurrence(self, granted: Granted) -> str:
        """Return what names the occurrence: on this host, or on all where one runs it for all."""
        named = f"{granted.job}@{to_text(granted.due_at)}"
        return named if self.job.runs == "one" else f"{named}@{os.uname().nodename}"

    def _shut(self, granted: Granted, way: Shut) -> Ran:
        """End an occurrence that did not get through the gate, or leave it to another runner."""
        now = self.clock.now()
        if way.is_stopped:
            leave_open(self.store, granted, way.reason, now)
            reason = f"{way.reason} while it waited; the next run goes on with it"
            return Ran(exit_code=Exit.TRY_AGAIN, reason=reason, attempt=granted.number)
        end = AttemptEnd(outcome="skipped", exit_code=Exit.BUSY, reason=way.reason)
        if way.is_done:
            end = AttemptEnd(outcome="ok", exit_code=Exit.OK, reason=way.reason)
        elif way.is_fault:
            end = AttemptEnd(outcome="failed", exit_code=Exit.TRY_AGAIN, reason=way.reason)
        elif granted.has_begun and not way.is_elsewhere:
            # What keeps an occurrence that has begun from another attempt makes it no skipped one.
            reason = f"not tried again: {way.reason}"
            end = AttemptEnd(outcome="failed", exit_code=Exit.FAILED, reason=reason)
        with self.store.transaction() as connection:
            end_occurrence(connection, granted, end, now)
            self._tell()(connection, granted.due_at, end.outcome, end.reason)
        return Ran(
            exit_code=Exit(end.exit_code),
            reason=end.reason,
            outcome=end.outcome,
            attempt=granted.number,
        )

    def _end(
        self, granted: Granted, end: AttemptEnd, course: Course, wait: float | None
    ) -> tuple[Granted | None, Ran]:
        """Record the end of an attempt: with the one that follows, or with the occurrence's."""
        now = self.clock.now()
        seconds = end.duration_seconds or 0.0
        is_long = self.job.expect_seconds is not None and seconds > self.job.expect_seconds
        following: Granted | None = None
        with self.store.transaction() as connection:
            if is_long:
                count(connection, granted.job, "overrun")
            if wait is None:
                end_occurrence(connection, granted, end, now)
                self._tell()(connection, granted.due_at, end.outcome, end.reason)
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
            self.watch.note(f"took {seconds:.1f}s, expected {self.job.expect_seconds:g}s")
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

    def _wait_seconds(self, granted: Granted, end: AttemptEnd, course: Course) -> float | None:
        """Return how long the next attempt waits, in seconds; None when there is none."""
        retries = self.job.retries
        if retries is None or granted.number >= retries.attempts:
            return None
        if end.outcome not in retries.outcomes or self.stop.received is not None:
            return None
        if any(step.is_final for step in course.ends.values()):
            return None
        return wait_seconds(retries, granted.number, self.random())

    def _tell(self) -> Tell:
        return Tell(plan=self.plan, job=self.job, now=self.clock.now())


def step_digest(step: Step) -> str:
    """Return the digest of what a step does; a proven step with another digest runs again."""
    content = json.dumps([step.kind, dict(step.parameters)], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()
