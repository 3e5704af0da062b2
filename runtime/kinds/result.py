"""What a job kind is given beside its parameters, and what it hands back."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from runtime.contract.frozen import Frozen, frozen
from runtime.errors import Exit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runtime.clock import Clock

Facts: TypeAlias = "Mapping[str, Any]"
"""What a step found and did: plain JSON values, numbers in base units."""


class Say(Protocol):
    """Where a kind's lines go."""

    def __call__(self, line: str, /) -> None:
        """Write one line of the step's output."""


@frozen
class Context(Frozen):
    """The surroundings of a step; `state` and `plan` are paths, empty where none is known."""

    clock: Clock
    say: Say
    dry_run: bool = False
    state: str = ""
    plan: str = ""


@frozen
class Result(Frozen):
    """How a step ended: `exit_code`, one line for people, and the facts.

    One rule holds for every kind, by what is done in the end and not by what kept it:

    - OK: all that was due is done; there may have been nothing due.
    - PARTLY: some of it is done and some is not, be it that single things were refused, or that
      the run broke off in the middle. Also when nothing was refused, but there is something that
      could not be looked at, or that a report finds wanting: the rest is as it should be.
    - FAILED: nothing of what was due is done. All was refused, the run broke off before, or it
      could not, or must not, begin.

    Later steps of a job run after PARTLY, and not after FAILED; the job has failed with both. What
    is one act, or one judgement, is never PARTLY: `http.call`, `health.check`, `command`. A dry run
    is judged by what it would do.

    `is_final` when it failed and another attempt would end no better.
    """

    exit_code: Exit
    summary: str
    facts: Facts = field(default_factory=dict)
    is_final: bool = False


def exit_of(*, done: int, refused: int, left: int = 0) -> Exit:
    """Return the exit code by the rule of `Result`.

    Given how much was done, how much was due and is not done, and how much was left without that
    anything was refused. Where a run broke off, that is one refusal.
    """
    if refused and not done:
        return Exit.FAILED
    return Exit.PARTLY if refused or left else Exit.OK


class CarryOut(Protocol):
    """The one function of a job kind's module."""

    def __call__(self, parameters: Any, context: Context) -> Result:
        """Carry out the kind with validated parameters of its own class."""
