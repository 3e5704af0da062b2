"""Carry out a kind within the test's own process, and keep what it says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from runtime.clock import SystemClock
from runtime.contract.secret import Secret
from runtime.kinds.registry import carry_out_of
from runtime.kinds.result import Context
from runtime.validation import parameters_of

if TYPE_CHECKING:
    from runtime.clock import Clock
    from runtime.kinds.result import Result

DSN: Final = {"env": "TABULAR_DSN"}
"""Where tests keep a connection string, in plan form."""
SECRET: Final = Secret(env="TABULAR_DSN")


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """How a step ended, and the lines it said."""

    result: Result
    lines: list[str]

    @property
    def said(self) -> str:
        """All that could be seen of it."""
        return "\n".join([*self.lines, self.result.summary, str(self.result.facts)])


def carried(
    kind: str, parameters: dict[str, Any], *, clock: Clock | None = None, dry_run: bool = False
) -> Carried:
    """Given a kind and its parameters in plan form, carry it out."""
    lines: list[str] = []
    context = Context(clock=clock or SystemClock(), say=lines.append, dry_run=dry_run)
    result = carry_out_of(kind)(parameters_of(kind, parameters), context)
    return Carried(result=result, lines=lines)
