"""What opsrun says while it works: lines for a terminal, or JSON objects, one a line.

On a terminal people read; everywhere else, in a journal or in a file, programs do. The variable
OPSRUN_LOG, ``text`` or ``json``, decides otherwise. Everything goes to standard error.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from runtime.clock import to_text
from runtime.output import Follower, read_end
from runtime.page import paint, show, talk

if TYPE_CHECKING:
    from datetime import datetime

    from runtime.clock import Clock
    from runtime.contract.plan import Step
    from runtime.journal.record import StepEnd
    from runtime.ran import Ran

Form: TypeAlias = Literal["text", "json"]
Level: TypeAlias = Literal["info", "warning", "error"]

VARIABLE: Final = "OPSRUN_LOG"

SHOWN_BYTES: Final = 256 * 1024
"""Most of a step's output that is shown; all of what was kept is in its file."""


def wanted_form() -> Form:
    """Return in which form this process logs."""
    asked = os.environ.get(VARIABLE)
    if asked in ("text", "json"):
        return "text" if asked == "text" else "json"
    return "text" if sys.stderr.isatty() else "json"


@dataclass(slots=True, kw_only=True)
class Log:
    """Says how a run goes; the watch of a `Runner`. `job` and `due_at` are set as they are known.

    `shows_output` is False where standard output is a document of its own. `follows` is whether
    people see the lines of a step as it writes them; they are talk then.
    """

    clock: Clock
    form: Form
    shows_output: bool = True
    follows: bool = False
    job: str = ""
    due_at: datetime | None = None
    _follower: Follower | None = None

    def begun(self, name: str, step: Step, output: str) -> None:
        """Say that a step begins."""
        if self.form == "json":
            self._line("info", "step-begun", f"{name} begins", step=name, kind=step.kind)
        elif sys.stderr.isatty():
            talk(f"{name} ({step.kind}) …")
        if self.follows and self.form == "text":
            self._follower = Follower(output, talk)
            self._follower.start()

    def ended(self, name: str, end: StepEnd, output: str) -> None:
        """Show what a step wrote, and say how it ended."""
        if self._follower is not None:
            self._follower.stop()
            self._follower = None
        elif self.shows_output:
            self._show(name, read_end(output, SHOWN_BYTES))
        seconds = end.duration_seconds
        if self.form == "text":
            outcome = paint(end.outcome, sys.stderr)
            talk(f"{name}: {outcome} after {seconds:.2f}s: {end.summary}")
            return
        self._line(
            "info" if end.outcome == "ok" else "error",
            "step-ended",
            end.summary,
            step=name,
            outcome=end.outcome,
            exit_code=int(end.exit_code),
            duration_seconds=round(seconds, 3),
            output=output,
        )

    def note(self, line: str) -> None:
        """Say something that is worth a word."""
        if self.form == "json":
            self._line("warning", "note", line)
        else:
            talk(f"opsrun: {line}")

    def finished(self, ran: Ran) -> None:
        """Say how the run ended."""
        if self.form == "text":
            at = "" if self.due_at is None else f" ({to_text(self.due_at)[:19]}Z)"
            said = filter(None, (paint(ran.outcome or "", sys.stderr), ran.reason))
            talk(f"{self.job}{at}: " + ": ".join(said))
            return
        self._line(
            "error" if ran.outcome in ("failed", "timed out") else "info",
            "run-ended",
            ran.reason,
            outcome=ran.outcome,
            exit_code=int(ran.exit_code),
            attempt=ran.attempt,
        )

    def _show(self, name: str, text: str) -> None:
        if self.form == "text":
            show(text)
            return
        for line in text.splitlines():
            self._line("info", "output", line, step=name)

    def _line(self, level: Level, event: str, message: str, **fields: Any) -> None:
        told = {
            "at": to_text(self.clock.now()),
            "level": level,
            "event": event,
            "job": self.job or None,
            "due_at": None if self.due_at is None else to_text(self.due_at),
            "message": message,
            **fields,
        }
        talk(json.dumps({key: value for key, value in told.items() if value is not None}))
