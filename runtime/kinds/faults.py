"""What a step could not do: noted one by one, kept as counts, the first in words.

However many there are, they take no more room than one; each is a line of the step's output.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from runtime.kinds.result import exit_of

if TYPE_CHECKING:
    from runtime.errors import Exit


@dataclass(slots=True, kw_only=True)
class Faults:
    """The faults so far; true when there is one.

    `refused` is how much was due and could not be done, `left` how much could not even be looked
    at, so that nobody knows whether it was due.
    """

    refused: int = 0
    left: int = 0
    first: str = ""

    def __len__(self) -> int:
        return self.refused + self.left

    def refuse(self, fault: str) -> None:
        """Note something that was due and could not be done."""
        self._keep(fault)
        self.refused += 1

    def leave(self, fault: str) -> None:
        """Note something that could not be looked at."""
        self._keep(fault)
        self.left += 1

    def exit_code(self, *, done: int) -> Exit:
        """Return the exit code, given how much was done."""
        return exit_of(done=done, refused=self.refused, left=self.left)

    def said(self) -> str:
        """Return what a summary ends with: empty when there are none."""
        return f"; {len(self)} could not be, first: {self.first}" if self else ""

    def _keep(self, fault: str) -> None:
        if not self:
            self.first = fault
