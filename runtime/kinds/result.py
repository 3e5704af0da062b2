"""What a job kind is given beside its parameters, and what it hands back."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runtime.clock import Clock
    from runtime.errors import Exit

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
    """How a step ended: `exit_code` OK, FAILED or PARTLY, one line for people, and the facts.

    `is_final` when it failed and another attempt would end no better.
    """

    exit_code: Exit
    summary: str
    facts: Facts = field(default_factory=dict)
    is_final: bool = False


class CarryOut(Protocol):
    """The one function of a job kind's module."""

    def __call__(self, parameters: Any, context: Context) -> Result:
        """Carry out the kind with validated parameters of its own class."""
