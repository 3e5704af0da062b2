"""A file that opsc makes, and where its lines come from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    from compiler.lower.plan import Origin


@frozen(kw_only=False)
class LineRange(Frozen):
    """Lines of an artifact, 1-indexed, both ends included, and the entry that they come from."""

    first: int
    last: int
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Artifact:
    """One file: its path below the environment's folder, its text (LF-ended), its origins.

    `origins` is sorted by first line; ranges may nest, the innermost speaks for a line.
    Of thousands of files some kinds make the text when it is asked for, so ask once.
    """

    path: str
    text: str
    origins: tuple[LineRange, ...] = ()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Artifact):
            return NotImplemented
        return (self.path, self.text, self.origins) == (other.path, other.text, other.origins)

    def __hash__(self) -> int:
        return hash(self.path)

    def origin_of(self, line: int | None) -> Origin | None:
        """Return the entry that a 1-indexed line comes from; without a line, the first entry."""
        around = [each for each in self.origins if line is None or each.first <= line <= each.last]
        if line is None:
            return around[0].origin if around else None
        return min(around, key=lambda each: each.last - each.first).origin if around else None
