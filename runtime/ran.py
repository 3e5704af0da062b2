"""How a run goes and ends: who watches it, and what is said of its end."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Protocol

from runtime.contract.frozen import Frozen, frozen
from runtime.errors import Exit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runtime.contract.plan import Step
    from runtime.journal.record import Outcome, StepEnd


class Watch(Protocol):
    """Who is told how a run goes."""

    def begun(self, name: str, step: Step, output: str) -> None:
        """A step begins; `output` is the path of what it will write."""

    def ended(self, name: str, end: StepEnd, output: str) -> None:
        """A step ended; `output` is the path of what it wrote."""

    def note(self, line: str) -> None:
        """Something is worth a word."""


@frozen
class Ran(Frozen):
    """How a run ended. `outcome` is None for a dry run and when nothing was run."""

    exit_code: Exit
    reason: str
    outcome: Outcome | None = None
    steps: Mapping[str, StepEnd] = field(default_factory=dict)
    outputs: Mapping[str, str] = field(default_factory=dict)
    attempt: int = 0


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
