"""One step in a process of its own: a step enters, how it ended leaves.

A command is that process itself; every other kind is carried out by ``step.py``, in Python. Both
get what they need of the environment and nothing else, their secrets among it, and whatever they
write or report has its secrets hidden before anybody sees it.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from runtime import lineage, process
from runtime.contract.frozen import Frozen, frozen
from runtime.contract.units import format_duration
from runtime.errors import Exit, SecretError, StepError, reason_of
from runtime.hidden import Hidden
from runtime.journal.record import StepEnd, StepOutcome
from runtime.output import CappedOutput
from runtime.restore import restored

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from runtime.contract.command import Command
    from runtime.contract.plan import Step
    from runtime.stop import StopRequest

INHERITED: Final = ("PATH", "HOME", "TMPDIR")
"""Variables that a step gets from the runner's environment; of the rest, its secrets alone."""

FENCE: Final = "OPSRUN_FENCE"
"""Variable with a number that grows with every attempt: what is published under it can be told
from what an attempt published that was thought to be gone."""

RESULT_LIMIT_BYTES: Final = 16 * 2**20
"""Largest result file that is read."""


@frozen
class Child(Frozen):
    """How a step's process is started: its environment, where its output goes, what it holds.

    `steps` are all of the job, whose secrets are hidden; `locks` are descriptors that are handed
    to it, `fence` is its attempt's fencing number. `state` and `plan` are the paths of this run's.
    """

    environment: Mapping[str, str]
    output: str
    stop: StopRequest
    steps: Collection[Step]
    dry_run: bool = False
    locks: tuple[int, ...] = ()
    fence: int = 0
    state: str = ""
    plan: str = ""

    def run(self, step: Step, *, timeout_seconds: float, grace_seconds: float) -> StepEnd:
        """Run one step in a process of its own and return how it ended; never raises for it."""
        hidden = Hidden.of(step, self.steps)
        try:
            end = self._run(step, hidden, timeout_seconds, grace_seconds)
        except (OSError, StepError, SecretError) as error:
            # A full disk, a folder that is not ours: the step ends, and the occurrence with it.
            said = reason_of(error) if isinstance(error, OSError) else str(error)
            end = _failed(f"the step cannot be run: {said}", 0)
        return hidden.end(end)

    def _run(
        self, step: Step, hidden: Hidden, timeout_seconds: float, grace_seconds: float
    ) -> StepEnd:
        if timeout_seconds <= 0:
            return _timed_out(0, timeout_seconds)
        limits = {"timeout_seconds": timeout_seconds, "grace_seconds": grace_seconds}
        if step.kind == "command" and not self.dry_run:
            from runtime.contract.command import Command

            return self._run_command(restored(Command, step.parameters), hidden, limits)
        return self._run_python(step, hidden, limits)

    def _run_command(self, said: Command, hidden: Hidden, limits: Mapping[str, float]) -> StepEnd:
        """Run a program as the step's own process; its exit code is its result."""
        from runtime.kinds.command import judged

        secrets = {name: hidden.resolve(secret) for name, secret in said.secrets.items()}
        command = process.Command(
            argv=said.argv,
            # What tells this attempt's processes from others is not the command's to say.
            environment={**said.environment, **secrets, **self._environment()},
            directory=said.directory,
            kept_descriptors=self.locks,
            timeout_seconds=limits["timeout_seconds"],
            grace_seconds=limits["grace_seconds"],
        )
        with CappedOutput(self.output, hidden.mask) as output:
            ended = process.run(command, output, stop=self.stop)
        end = self._cut_off(ended, limits["timeout_seconds"])
        if end is not None:
            return _with_losses(end, ended, output)
        verdict = judged(said, ended.exit_code)
        code = Exit.OK if verdict == "ok" else Exit.FAILED
        if ended.exit_code in said.retry_codes:
            code = Exit.TRY_AGAIN
        end = StepEnd(
            outcome="ok" if verdict == "ok" else "failed",
            exit_code=code,
            duration_seconds=ended.duration_seconds,
            summary=f"{os.path.basename(said.argv[0])} ended with {_how(ended.exit_code)}",
            facts={},
            is_final=verdict == "failed",
        )
        return _with_losses(end, ended, output)

    def _run_python(self, step: Step, hidden: Hidden, limits: Mapping[str, float]) -> StepEnd:
        """Run a kind in a process of Python's; it leaves its result in a file."""
        import tempfile

        with tempfile.TemporaryDirectory(prefix="opsrun-") as folder:
            result = os.path.join(folder, "result.json")
            request = {
                "kind": step.kind,
                "parameters": dict(step.parameters),
                "dry_run": self.dry_run,
                "result": result,
                "parent": os.getpid(),
                "fence": self.fence,
                "state": self.state,
                "plan": self.plan,
            }
            command = process.Command(
                argv=step_argv(),
                environment={**self._environment(), **hidden.variables()},
                input_bytes=json.dumps(request).encode(),
                kept_descriptors=self.locks,
                timeout_seconds=limits["timeout_seconds"],
                grace_seconds=limits["grace_seconds"],
            )
            with CappedOutput(self.output, hidden.mask) as output:
                ended = process.run(command, output, stop=self.stop)
            end = self._cut_off(ended, limits["timeout_seconds"])
            return _with_losses(end or _reported(ended, _read_result(result)), ended, output)

    def _environment(self) -> dict[str, str]:
        return {**self.environment, FENCE: str(self.fence)}

    def _cut_off(self, ended: process.Ended, timeout_seconds: float) -> StepEnd | None:
        """Return how a step ended that was not let to its own end, else None."""
        if ended.timed_out:
            return _timed_out(ended.duration_seconds, timeout_seconds)
        if ended.stopped:
            name = self.stop.received.name if self.stop.received is not None else "a lost lease"
            return _failed(f"stopped by {name}", ended.duration_seconds)
        return None


def step_argv() -> list[str]:
    """Return the argv of a step's process: this interpreter, this package, isolated."""
    return [sys.executable, "-I", os.path.join(os.path.dirname(__file__), "step.py")]


def step_environment(mark: str) -> dict[str, str]:
    """Return the environment that every step's process has, without its secrets."""
    inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
    return {**inherited, "LC_ALL": "C.UTF-8", "TZ": "UTC", lineage.MARK: mark}


def _reported(ended: process.Ended, result: Mapping[str, Any] | None) -> StepEnd:
    """Return how a step ended that was let to its own end, by the result that it left."""
    if result is None:
        how = _how(ended.exit_code)
        return _failed(f"ended without a result, with {how}", ended.duration_seconds)
    code = Exit(int(str(result["exit_code"])))
    outcomes: dict[Exit, StepOutcome] = {Exit.OK: "ok", Exit.PARTLY: "partly"}
    facts = result["facts"]
    return StepEnd(
        outcome=outcomes.get(code, "failed"),
        exit_code=code,
        duration_seconds=ended.duration_seconds,
        summary=str(result["summary"]),
        facts=facts if isinstance(facts, dict) else {},
        is_final=result.get("is_final") is True,
    )


def _with_losses(end: StepEnd, ended: process.Ended, output: CappedOutput) -> StepEnd:
    """Return how a step ended, with a word on what it left running and on output that is lost."""
    said = [end.summary]
    if ended.left_over:
        said.append(f"{ended.left_over} processes that it left running were stopped")
    if output.fault is not None:
        said.append(f"its output is lost: {reason_of(output.fault)}")
    return replace(end, summary="; ".join(said))


def _how(exit_code: int) -> str:
    return f"signal {-exit_code}" if exit_code < 0 else f"code {exit_code}"


def _timed_out(seconds: float, timeout_seconds: float) -> StepEnd:
    after = format_duration(max(timeout_seconds, 0))
    return StepEnd(
        outcome="timed out",
        exit_code=Exit.TIMED_OUT,
        duration_seconds=seconds,
        summary=f"stopped after {after}, at the job's timeout",
        facts={},
    )


def _failed(summary: str, seconds: float) -> StepEnd:
    return StepEnd(
        outcome="failed",
        exit_code=Exit.FAILED,
        duration_seconds=seconds,
        summary=summary,
        facts={},
    )


def _read_result(path: str) -> Mapping[str, Any] | None:
    """Return what a step left as its result; None when it left none that can be read."""
    try:
        with open(path, "rb") as file:
            written = json.loads(file.read(RESULT_LIMIT_BYTES))
    except (OSError, ValueError):
        return None
    return written if isinstance(written, dict) else None
