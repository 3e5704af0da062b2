"""Carry out one occurrence: claim it, run its steps in order, record how each ended.

The journal is written before and after each step, so that a runner that is killed anywhere
leaves an occurrence that the next one can go on with, from the first step that is not proven.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol

from runtime import lineage, process
from runtime.child import Child, step_environment
from runtime.clock import short, to_text
from runtime.errors import Exit, JournalError, reason_of
from runtime.journal.claims import claim
from runtime.journal.record import Done, Granted, Outcome, Running, StepEnd
from runtime.journal.steps import begin_step, end_occurrence, end_step, mark_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from runtime.clock import Clock
    from runtime.contract.plan import Job, Step
    from runtime.journal.store import Store
    from runtime.stop import StopRequest

KEPT_RUNS: Final = 200
"""How many runs of a job keep what their steps wrote: the latest."""


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
    """What every run on this host shares."""

    store: Store
    state: str
    clock: Clock
    watch: Watch
    stop: StopRequest

    def run(self, key: str, job: Job, due_at: datetime, *, manual: bool) -> Ran:
        """Claim the occurrence of job `key` that is due at an instant, and carry it out.

        Return how it ended, or how it had ended before. Raise `JournalError` when the journal
        fails, `OSError` when the state folder cannot be written: then nothing was claimed.
        """
        for folder in (os.path.join(self.state, "runs"), self._folder(key)):
            os.makedirs(folder, mode=0o700, exist_ok=True)
        answer = claim(
            self.store,
            job=key,
            due_at=due_at,
            manual=manual,
            now=self.clock.now(),
            process=lineage.this_process(),
            is_alive=lineage.is_alive,
        )
        if isinstance(answer, Done):
            return _ended_before(answer)
        if isinstance(answer, Running):
            return _busy(answer, manual=manual)
        for mark in answer.gone:
            stopped = process.stop_marked(mark, job.stop_grace_seconds)
            self.watch.note(
                "the earlier attempt's process is gone, it is abandoned"
                + (f"; {stopped} processes that it left were stopped" if stopped else "")
            )
        return self._attempt(key, job, due_at, answer)

    def _folder(self, key: str) -> str:
        """Return the folder of what a job's runs wrote."""
        return os.path.join(self.state, "runs", *key.split("/"))

    def _attempt(self, key: str, job: Job, due_at: datetime, granted: Granted) -> Ran:
        """Run the steps that are not proven; record and return the end of the occurrence.

        Whatever the system or the journal refuses meanwhile, the occurrence ends as failed.
        Raise `JournalError` when not even that can be written.
        """
        began = self.clock.monotonic()
        ends: dict[str, StepEnd] = {}
        outputs: dict[str, str] = {}
        try:
            self._steps(
                job, os.path.join(self._folder(key), to_text(due_at)), granted, ends, outputs
            )
            outcome, exit_code, reason = verdict(ends)
        except OSError as error:
            outcome, exit_code, reason = "failed", Exit.FAILED, reason_of(error)
        except JournalError as error:
            outcome, exit_code, reason = "failed", Exit.FAILED, str(error)
        seconds = self.clock.monotonic() - began
        end_occurrence(
            self.store,
            granted,
            outcome=outcome,
            exit_code=exit_code,
            reason=reason,
            duration_seconds=seconds,
            now=self.clock.now(),
        )
        self._forget(key)
        if job.expect_seconds is not None and seconds > job.expect_seconds:
            self.watch.note(f"took {seconds:.1f}s, expected {job.expect_seconds:g}s")
        return Ran(
            outcome=outcome,
            exit_code=exit_code,
            reason=reason,
            steps=ends,
            outputs=outputs,
            attempt=granted.number,
        )

    def _forget(self, key: str) -> None:
        """Forget the outputs of older runs; that they stay is no fault of the run."""
        try:
            forget_outputs(self._folder(key))
        except OSError as error:
            self.watch.note(f"outputs of older runs stay: {reason_of(error)}")

    def _steps(
        self,
        job: Job,
        folder: str,
        granted: Granted,
        ends: dict[str, StepEnd],
        outputs: dict[str, str],
    ) -> None:
        """Run the steps that are not proven, up to one that fails; note how each ended."""
        os.makedirs(folder, mode=0o700, exist_ok=True)
        environment = step_environment(mark_of(self.store, granted))
        began = self.clock.monotonic()
        for position, (name, step) in enumerate(job.steps.items()):
            if (name, step_digest(step)) in granted.proven:
                self.watch.note(f"step {name} was done by an earlier attempt")
                continue
            output = os.path.join(folder, f"{granted.number}-{name}.log")
            number = begin_step(
                self.store,
                granted,
                position=position,
                name=name,
                digest=step_digest(step),
                output=output,
                now=self.clock.now(),
            )
            self.watch.begun(name, step)
            left = job.timeout_seconds - (self.clock.monotonic() - began)
            child = Child(environment=environment, output=output, stop=self.stop)
            end = child.run(step, timeout_seconds=left, grace_seconds=job.stop_grace_seconds)
            end_step(self.store, number, end, self.clock.now())
            self.watch.ended(name, end, output)
            ends[name], outputs[name] = end, output
            if end.outcome not in ("ok", "partly"):
                break


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
    for name in sorted(os.listdir(folder), reverse=True)[kept:]:
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
