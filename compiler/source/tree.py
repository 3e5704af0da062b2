"""The located tree: plain values whose containers remember where each entry stands.

A mapping is a `Map`, a sequence a `Seq`, a scalar a plain ``str``, ``int``, ``float``, ``bool`` or
None; so the tree goes into pydantic as it is. Positions sit in the containers, as tuples of
0-indexed numbers, and become a `Span` only when a finding is made (`span_of`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from compiler.finding import Finding

Path: TypeAlias = tuple[str | int, ...]
"""Keys and 0-indexed positions from the root of a tree: ``("alerts", "HighCPU", "for")``."""

Mark: TypeAlias = tuple["Text", int, int, int, int, int, int, int]
"""Where an entry stands: text; key line, key column, key end column; value line, column, end line,
end column. All 0-indexed, ends exclusive. In a sequence the key numbers repeat the value's start."""


@dataclass(frozen=True, slots=True, eq=False)
class Text:
    """One file as it was read: `file` as shown to people, its characters, its lines without breaks."""

    file: str
    characters: str
    lines: tuple[str, ...]


class Map(dict[str, Any]):
    """A mapping of a spec. ``marks[key]`` says where the entry stands."""

    __slots__ = ("marks",)

    def __init__(self) -> None:
        super().__init__()
        self.marks: dict[str, Mark] = {}


class Seq(list[Any]):
    """A sequence of a spec. ``marks[index]`` says where the item stands."""

    __slots__ = ("marks",)

    def __init__(self) -> None:
        super().__init__()
        self.marks: list[Mark] = []


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """A comment ``# opsc: allow ID until YYYY-MM-DD because …``; `line` is 1-indexed."""

    line: int
    column: int
    rule: str
    until: str | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One file, read. `root` is None when nothing of it could be understood."""

    text: Text
    root: Map | None
    findings: tuple[Finding, ...] = ()
    suppressions: tuple[Suppression, ...] = field(default=())
