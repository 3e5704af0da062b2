"""The located tree: plain values whose containers remember where each entry stands.

A mapping is a `Map`, a sequence a `Seq`, a scalar a plain ``str``, ``int``, ``float``, ``bool`` or
None; so the tree goes into pydantic as it is. Positions sit in the containers, as tuples of
0-indexed numbers, and become a `Span` only when a finding is made (`span_of`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from compiler.finding import Finding

Path: TypeAlias = tuple[str | int, ...]
"""Keys and 0-indexed positions from the root of a tree: ``("alerts", "HighCPU", "for")``."""

Mark: TypeAlias = tuple["Text", int, int, int, int, int, int, int]
"""Where an entry stands: text; key line, key column, key end column; value line, column, end line,
end column. All 0-indexed, ends exclusive. In a sequence the key numbers repeat the value's start.
"""


@dataclass(frozen=True, slots=True, eq=False)
class Text:
    """One file as it was read: `file` as shown to people, its characters, its lines without breaks.

    Every position has its line: after a last line break there is one more, empty line.
    """

    file: str
    characters: str
    lines: tuple[str, ...]


class Map(dict[str, Any]):
    """A mapping of a spec. ``marks[key]`` says where the entry stands."""

    __slots__ = ("_holders", "marks")

    def __init__(self) -> None:
        super().__init__()
        self.marks: dict[str, Mark] = {}
        self._holders: dict[str, list[tuple[str, Map]]] | None = None

    def holders(self, key: str) -> Sequence[tuple[str, Map]]:
        """Return the entries that are mappings with a key, once the tree does not change any more.

        Of thousands of entries one rule after the other asks for a key that few of them have.
        """
        if self._holders is None:
            self._holders = {}
            for name, value in self.items():
                if isinstance(value, Map):
                    entry = (name, value)
                    for inner in value:
                        self._holders.setdefault(inner, []).append(entry)
        return self._holders.get(key, ())

    def copy(self) -> Map:
        """Return a mapping of the same entries at the same places; the values are shared."""
        twin = Map()
        twin.update(self)
        twin.marks.update(self.marks)
        return twin


class Seq(list[Any]):
    """A sequence of a spec. ``marks[index]`` says where the item stands."""

    __slots__ = ("marks",)

    def __init__(self) -> None:
        super().__init__()
        self.marks: list[Mark] = []


@frozen
class Suppression(Frozen):
    """A comment ``# opsc: allow ID until YYYY-MM-DD because …``; lines are 1-indexed.

    It speaks of the findings that begin on `target_line`: its own line, or the next line with an
    entry when it stands alone.
    """

    line: int
    column: int
    target_line: int
    rule: str
    until: str | None
    reason: str


@frozen
class Document(Frozen):
    """One file, read. `root` is None when nothing of it could be understood.

    `broken` are the top-level keys that are not in `root` because their text cannot be read; what
    refers to them is better left unsaid.
    """

    text: Text
    root: Map | None
    findings: tuple[Finding, ...] = ()
    suppressions: tuple[Suppression, ...] = field(default=())
    broken: frozenset[str] = frozenset()
