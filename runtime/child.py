"""Run one step in a process of its own: a step enters, how it ended leaves."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from runtime import lineage, process
from runtime.errors import Exit, StepError, reason_of
from runtime.journal.record import StepEnd, StepOutcome
from runtime.output import CappedOutput

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runtime.contract.plan import Step
    from runtime.stop import StopRequest

INHERITED: Final = ("PATH", "HOME", "TMPDIR", "CREDENTIALS_DIRECTORY")
"""Variables that a step gets from the runner's environment; nothing else of it goes on."""

RESULT_LIMIT_BYTES: Final = 16 * 2**20
"""Largest result file that is read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """How a step's process is started: its environment, where its output goes."""

    environment: Mapping[str, str]
    output: str
    stop: StopRequest
    dry_run: bool = False

    def run(self, step: Step, *, timeout_seconds: float, grace_seconds: float) -> StepEnd:
        """Run one step in a process of its own and return how it ended; never raises for it."""
        try:
            return self._run(step, timeout_seconds, grace_seconds)
        except OSError as error:
            # A full disk, a folder that is not ours: the step ends, and the occurrence with it.
            return _failed(f"the step cannot be run: {reason_of(error)}", Exit.FAILED, 0)

    def _run(self, step: Step, timeout_seconds: float, grace_seconds: float) -> StepEnd:
        with tempfile.TemporaryDirectory(prefix="opsrun-") as folder:
            result = os.path.join(folder, "result.json")
            request = {
                "kind": step.kind,
                "parameters": dict(step.parameters),
                "dry_run": self.dry_run,
                "result": result,
                "parent": os.getpid(),
            }
            command = process.Command(
                argv=step_argv(),
                environment=self.environment,
                input_bytes=json.dumps(request).encode(),
                timeout_seconds=timeout_seconds,
                grace_seconds=grace_seconds,
            )
            with CappedOutput(self.output) as output:
                try:
                    ended = process.run(command, output, stop=self.stop)
                except StepError as error:
                    return _failed(str(error), Exit.FAILED, 0)
            return self._end(ended, _read_result(result), timeout_seconds)

    def _end(
        self, ended: process.Ended, result: Mapping[str, object] | None, timeout_seconds: float
    ) -> StepEnd:
        seconds = ended.duration_seconds
        if ended.timed_out:
            return StepEnd(
                outcome="timed out",
                exit_code=Exit.TIMED_OUT,
                duration_seconds=seconds,
                summary=f"stopped after {timeout_seconds:g}s, the job's timeout",
                facts={},
            )
        if ended.stopped:
            name = self.stop.received.name if self.stop.received is not None else "a signal"
            return _failed(f"stopped by {name}", Exit.FAILED, seconds)
        if result is None:
            how = f"code {ended.exit_code}"
            if ended.exit_code < 0:
                how = f"signal {-ended.exit_code}"
            return _failed(f"ended without a result, with {how}", Exit.FAILED, seconds)
        code = Exit(int(str(result["exit_code"])))
        outcomes: dict[Exit, StepOutcome] = {Exit.OK: "ok", Exit.PARTLY: "partly"}
        facts = result["facts"]
        return StepEnd(
            outcome=outcomes.get(code, "failed"),
            exit_code=code,
            duration_seconds=seconds,
            summary=str(result["summary"]),
            facts=facts if isinstance(facts, dict) else {},
        )


def step_argv() -> list[str]:
    """Return the argv of a step's process: this interpreter, this package, isolated."""
    return [sys.executable, "-I", os.path.join(os.path.dirname(__file__), "step.py")]


def step_environment(mark: str) -> dict[str, str]:
    """Return the whole environment of a step's process."""
    inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
    return {**inherited, "LC_ALL": "C.UTF-8", "TZ": "UTC", lineage.MARK: mark}


def _failed(summary: str, code: Exit, seconds: float) -> StepEnd:
    return StepEnd(
        outcome="failed", exit_code=code, duration_seconds=seconds, summary=summary, facts={}
    )


def _read_result(path: str) -> Mapping[str, object] | None:
    """Return what a step left as its result; None when it left none that can be read."""
    try:
        with open(path, "rb") as file:
            written = json.loads(file.read(RESULT_LIMIT_BYTES))
    except (OSError, ValueError):
        return None
    return written if isinstance(written, dict) else None
