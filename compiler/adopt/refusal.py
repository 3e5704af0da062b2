"""What is said against a foreign document: one place where the words of a refusal are put."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from compiler.finding import Severity
from compiler.source.fault import Fault, Place

if TYPE_CHECKING:
    from compiler.source.tree import Path


def refused(
    path: Path,
    headline: str,
    help_line: str,
    *,
    part: Literal["key", "value"] = "value",
    inside: tuple[int, int] | None = None,
    label: str = "",
) -> Fault:
    """Return the fault of what a spec cannot say, or not as it is meant."""
    return Fault(
        rule="adopt/unsupported",
        place=Place(path, part, inside),
        headline=headline,
        label=label,
        help=help_line,
    )


def misnamed(path: Path, headline: str, help_line: str) -> Fault:
    """Return the fault of a name that a spec cannot have."""
    return Fault(rule="adopt/bad-name", place=Place(path), headline=headline, help=help_line)


def left_out(
    path: Path, headline: str, help_line: str, *, part: Literal["key", "value"] = "key"
) -> Fault:
    """Return the warning that something has no place in a spec."""
    return Fault(
        rule="adopt/left-out",
        severity=Severity.WARNING,
        place=Place(path, part),
        headline=headline,
        help=help_line,
    )


def foreign(path: Path, headline: str, help_line: str) -> Fault:
    """Return the fault of a document that is not of the format."""
    return Fault(rule="adopt/unknown-format", place=Place(path), headline=headline, help=help_line)
