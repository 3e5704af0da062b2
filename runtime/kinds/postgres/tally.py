"""What a job did to tables or indexes, one after the other, and what it says of it at the end."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from runtime.errors import Exit
from runtime.kinds.postgres.tables import LISTED
from runtime.kinds.result import Result

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runtime.kinds.result import Context


@dataclass(slots=True, kw_only=True)
class Tally:
    """What was done so far: numbers by what they are about, and faults in words."""

    done: dict[str, dict[str, int]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def fault(self, what: str, why: object, context: Context) -> None:
        """Note that something could not be done, and say so."""
        self.faults.append(f"{what}: {why}")
        context.say(self.faults[-1])

    def total(self, what: str) -> int:
        """Return the sum of a number over all that was done."""
        return sum(numbers.get(what, 0) for numbers in self.done.values())

    def largest(self, by: str) -> dict[str, dict[str, int]]:
        """Return the numbers of those that are largest by one of them."""
        found = sorted(self.done.items(), key=lambda item: (-item[1].get(by, 0), item[0]))
        return dict(found[:LISTED])

    def result(self, summary: str, facts: Mapping[str, Any]) -> Result:
        """Return the result: PARTLY where some could not be done, FAILED where none could."""
        said = {**facts, "faults": len(self.faults)}
        if not self.faults:
            return Result(exit_code=Exit.OK, summary=summary, facts=said)
        summary += f"; {len(self.faults)} could not be, first: {self.faults[0]}"
        code = Exit.PARTLY if self.done else Exit.FAILED
        return Result(exit_code=code, summary=summary, facts=said)
