"""What opsc says about a spec: findings, and the places in a text that they speak of. A leaf.

Lines and columns are 1-indexed and count code points; the end of a span is exclusive.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from runtime.contract.frozen import Frozen, frozen


class Severity(IntEnum):
    """How grave a finding is; the scale is ordered."""

    INFORMATION = 1
    WARNING = 2
    ERROR = 3

    @property
    def word(self) -> str:
        """The severity as people read it: ``error``."""
        return self.name.lower()


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """One character of a text: 1-indexed line and column."""

    line: int
    column: int


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of one file, from `start` up to, and without, `end`."""

    file: str
    start: Position
    end: Position


@frozen
class Related(Frozen):
    """A second place that explains a finding, with what is to be seen there."""

    span: Span
    label: str


@frozen
class Fix(Frozen):
    """A replacement of one stretch of text; a safe one never changes what the spec means."""

    span: Span
    replacement: str
    title: str
    is_safe: bool


@frozen
class Finding(Frozen):
    """One fault at one place.

    `headline` is one lowercase phrase without a full stop, the user's words in backticks;
    `label` stands at the caret; `help` says the way out. `environments` is empty when the fault
    is the same in all of them.
    """

    id: str
    severity: Severity
    headline: str
    span: Span
    label: str = ""
    help: str = ""
    related: tuple[Related, ...] = ()
    fix: Fix | None = None
    environments: tuple[str, ...] = ()
