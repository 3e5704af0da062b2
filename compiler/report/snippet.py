"""A span of a file as people see it: line numbers, source lines, carets, a label.

What a secret finding points at is masked, wherever its line is shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compiler.finding import Position, Span
from compiler.report.cells import cells, printable
from compiler.report.masking import masked_line
from compiler.report.paint import GUTTER, Paint

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from compiler.report.cells import Cells
    from compiler.source.tree import Text

MAX_COLUMNS: Final = 120
"""Columns of a source line that are shown; a longer one is clipped around its caret."""

MARGIN: Final = 30
"""Columns of a clipped line that are kept before the caret."""

MAX_LINES: Final = 6
"""Lines of a span that are shown whole; of a longer one the first and the last two."""


class Sources:
    """The texts that snippets are taken from, with what of them is masked."""

    __slots__ = ("masked", "texts")

    def __init__(self, texts: Mapping[str, Text], masked: Sequence[Span]) -> None:
        self.texts = texts
        self.masked: dict[str, list[Span]] = {}
        for span in masked:
            self.masked.setdefault(span.file, []).append(span)

    def line(self, file: str, number: int) -> str | None:
        """Return the 1-indexed line of a file, masked, or None when it is not known."""
        text = self.texts.get(file)
        if text is None or not 1 <= number <= len(text.lines):
            return None
        line = masked_line(text, number - 1)
        for span in self.masked.get(file, ()):
            if span.start.line <= number <= span.end.line:
                start = span.start.column - 1 if number == span.start.line else _indent(line)
                end = span.end.column - 1 if number == span.end.line else len(line)
                line = line[:start] + "*" * (end - start) + line[end:]
        return line


def gutter_width(spans: Sequence[Span]) -> int:
    """Given the spans of one finding, return the columns that their line numbers take."""
    return max(len(str(line)) for span in spans for line in (span.start.line, span.end.line))


def snippet(
    span: Span, label: str, sources: Sources, *, width: int, mark: str, sgr: str, paint: Paint
) -> list[str]:
    """Return the lines that show a span; none when its file is not known.

    `width` is that of the line numbers, `mark` the character under the source, `sgr` its colour.
    """
    bar = paint(" " * width + " |", GUTTER)
    first = sources.line(span.file, span.start.line)
    if first is None:
        return []
    lines = [bar]
    if span.end.line <= span.start.line or span.end == Position(span.start.line + 1, 1):
        end = span.end.column if span.end.line == span.start.line else len(first) + 1
        shown, carets = _marked(first, span.start.column - 1, end - 1, mark)
        lines.append(_numbered(span.start.line, shown, width, paint))
        lines.append(f"{bar} " + paint(_with_label(carets, label), sgr))
        return lines
    lines.extend(_several(span, label, sources, width=width, mark=mark, sgr=sgr, paint=paint))
    return lines


def _several(
    span: Span, label: str, sources: Sources, *, width: int, mark: str, sgr: str, paint: Paint
) -> list[str]:
    """Return the lines that show a span over several lines, a rule down their left side."""
    last = span.end.line if span.end.column > 1 else span.end.line - 1
    numbers = list(range(span.start.line, last + 1))
    if len(numbers) > MAX_LINES:
        numbers = [numbers[0], 0, *numbers[-2:]]
    bar = paint(" " * width + " |", GUTTER)
    lines = []
    for number in numbers:
        if number == 0:
            lines.append(paint("...", GUTTER) + " " * width + paint("|", sgr))
            continue
        text = _clipped(cells(sources.line(span.file, number) or ""), 0)
        side = " " if number == span.start.line else paint("|", sgr)
        lines.append(_numbered(number, f"{side} {text}".rstrip(), width, paint))
        if number == span.start.line:
            start = cells(sources.line(span.file, number) or "").width(0, span.start.column - 1)
            lines.append(f"{bar} " + paint(" " + "_" * (start + 1) + mark, sgr))
    end_cells = cells(sources.line(span.file, last) or "")
    end = span.end.column - 1 if last == span.end.line else len(end_cells.shown)
    column = min(max(end_cells.width(0, end) - 1, 0), MAX_COLUMNS)
    lines.append(f"{bar} " + paint(_with_label("|" + "_" * (column + 1) + mark, label), sgr))
    return lines


def _numbered(number: int, text: str, width: int, paint: Paint) -> str:
    return paint(f"{number:>{width}} |", GUTTER) + (f" {text}" if text else "")


def _with_label(carets: str, label: str) -> str:
    return f"{carets} {printable(label)}" if label else carets


def _marked(line: str, start: int, end: int, mark: str) -> tuple[str, str]:
    """Given a line and 0-indexed characters of it, return the line and the marks under it."""
    row = cells(line)
    start = min(start, len(row.shown))
    end = min(max(end, start), len(row.shown))
    first = _first_shown(row, start)
    shown = _clipped(row, first)
    lead = row.width(first, start) + (1 if first else 0)
    count = max(row.width(start, end), 1)
    return shown, " " * lead + mark * min(count, max(MAX_COLUMNS - lead, 1))


def _first_shown(row: Cells, start: int) -> int:
    """Return the first character that is shown of a line whose caret begins at `start`."""
    if row.width(0, len(row.shown)) <= MAX_COLUMNS or row.width(0, start) <= MAX_COLUMNS // 2:
        return 0
    first = start
    while first > 0 and row.width(first, start) < MARGIN:
        first -= 1
    return first


def _clipped(row: Cells, first: int) -> str:
    """Return a line from its 0-indexed character `first`, at most `MAX_COLUMNS` wide."""
    width, last = 0, first
    while last < len(row.shown) and width + row.widths[last] <= MAX_COLUMNS:
        width += row.widths[last]
        last += 1
    text = "".join(row.shown[first:last])
    if last < len(row.shown):
        text += "…"
    return ("…" + text if first else text).rstrip()


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
