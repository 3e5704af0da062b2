"""What a job did to tables or indexes, one after the other, and what it says of it at the end."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from runtime.errors import Exit
from runtime.kinds.faults import Faults
from runtime.kinds.postgres.tables import LISTED
from runtime.kinds.result import Result, exit_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runtime.kinds.result import Context


@dataclass(slots=True, kw_only=True)
class Tally:
    """What was done so far: numbers by what they are about, and faults.

    `why` is what broke the run off, where something did.
    """

    done: dict[str, dict[str, int]] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)
    why: Exception | None = None

    def fault(self, what: str, why: object, context: Context) -> None:
        """Note that something could not be done, and say so."""
        said = f"{what}: {why}"
        self.faults.refuse(said)
        context.say(said)

    def total(self, what: str) -> int:
        """Return the sum of a number over all that was done."""
        return sum(numbers.get(what, 0) for numbers in self.done.values())

    def largest(self, by: str) -> dict[str, dict[str, int]]:
        """Return the numbers of those that are largest by one of them."""
        found = sorted(self.done.items(), key=lambda item: (-item[1].get(by, 0), item[0]))
        return dict(found[:LISTED])

    def result(self, summary: str, facts: Mapping[str, Any], *, also_done: int = 0) -> Result:
        """Return the result, given how much was done that has no numbers of its own."""
        done = len(self.done) + also_done
        summary += self.faults.said()
        said = {**facts, "faults": len(self.faults)}
        if self.why is None:
            return Result(exit_code=self.faults.exit_code(done=done), summary=summary, facts=said)
        if not done and not self.faults:
            return Result(exit_code=Exit.FAILED, summary=str(self.why))
        code = exit_of(done=done, refused=1)
        return Result(exit_code=code, summary=f"{self.why}; until then {summary}", facts=said)
