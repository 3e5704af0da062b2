"""Where the reading of one file writes its findings down: numbers enter, findings leave.

A file of nothing but faults must not fill the memory with findings: from `MAX_FINDINGS` on, one
last finding says that there are more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compiler.finding import Finding, Fix, Position, Related, Severity, Span

if TYPE_CHECKING:
    from compiler.source.tree import Text

MAX_FINDINGS: Final = 500
"""Findings of one file about its text, before the rest is summed up in one more."""


class Notes:
    """The findings about one text, in the order they were found."""

    __slots__ = ("found", "text")

    def __init__(self, text: Text) -> None:
        self.text = text
        self.found: list[Finding] = []

    @property
    def is_full(self) -> bool:
        """Whether a further finding would not be kept."""
        return len(self.found) > MAX_FINDINGS

    def span(self, line: int, column: int, end_line: int, end_column: int) -> Span:
        """Given 0-indexed numbers, end exclusive, return the span in this text."""
        start = Position(line + 1, column + 1)
        return Span(self.text.file, start, Position(end_line + 1, end_column + 1))

    def add(
        self,
        rule: str,
        headline: str,
        span: Span,
        *,
        label: str = "",
        help_line: str = "",
        related: tuple[Related, ...] = (),
        fix: Fix | None = None,
    ) -> None:
        """Write down one error, unless there are too many already."""
        if self.is_full:
            return
        if len(self.found) == MAX_FINDINGS:
            rule, headline = "spec/too-deep", f"more than {MAX_FINDINGS} faults in one file"
            label, help_line, related, fix = "", "mend those above first", (), None
        self.found.append(
            Finding(
                id=rule,
                severity=Severity.ERROR,
                headline=headline,
                span=span,
                label=label,
                help=help_line,
                related=related,
                fix=fix,
            )
        )


def shown(text: str, limit: int = 40) -> str:
    """Given the user's text, return it in backticks, on one line, cut at `limit` characters."""
    flat = " ".join(text[: limit + 1].split())
    return f"`{flat[:limit]}…`" if len(text) > limit else f"`{flat}`"
