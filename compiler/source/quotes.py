"""Quotes that libyaml lets pass and YAML does not: left open over lines, or with `#` glued to them.

A text in quotes may go on over lines that are indented deeper than the block it stands in. One that
goes on over others has lost its closing quote, and ends at the opening quote of another text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from yaml.events import MappingEndEvent, ScalarEvent, SequenceEndEvent

from compiler.source.span import is_block

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from compiler.source.notes import Notes

_GLUED: Final = re.compile(r"[\"'\]}]#")


class Unclosed(Exception):  # noqa: N818 - it ends the reading of a part, as StopIteration does
    """A text in quotes goes on where it cannot; `event` is that text."""

    def __init__(self, event: Any) -> None:
        super().__init__("a quote is not closed")
        self.event = event


def check_quoted(
    event: Any, lines: Sequence[str], levels: Sequence[tuple[int, int, bool, int]]
) -> None:
    """Given a text in quotes over several lines, raise `Unclosed` when one of them is too far left.

    `levels` are the containers around it, outermost first: 0-indexed line and column of their
    start, whether it is a mapping, and the column of the key below which the text stands.
    """
    for line, column, in_map, key_column in reversed(levels):
        if is_block(lines[line], column):
            indent = key_column if in_map else column
            break
    else:
        return
    for number in range(event.start_mark.line + 1, event.end_mark.line + 1):
        text = lines[number]
        if text.strip() and len(text) - len(text.lstrip(" ")) <= indent:
            raise Unclosed(event)


def report_unclosed(event: Any, notes: Notes) -> None:
    """Write down that the text in quotes that begins with this event is not closed."""
    mark = event.start_mark
    end = len(notes.text.lines[mark.line].rstrip())
    notes.add(
        "spec/syntax",
        "this quote is not closed on its line",
        notes.span(mark.line, mark.column, mark.line, end),
        label="the text runs on into the lines below",
        help_line=f"close it with `{event.style}`; a text over several lines is indented deeper"
        " than its key",
    )


def without_glued(next_event: Callable[[], Any], notes: Notes) -> Callable[[], Any]:
    """Return an event source that writes down each `#` right behind a quote or bracket."""
    lines = notes.text.lines
    if not _GLUED.search(notes.text.characters):
        return next_event

    def watch() -> Any:
        event = next_event()
        kind = event.__class__
        is_closed = (kind is ScalarEvent and event.style in ("'", '"')) or (
            kind in (MappingEndEvent, SequenceEndEvent)
            and event.end_mark.column > event.start_mark.column
        )
        mark = event.end_mark
        if is_closed and lines[mark.line][mark.column : mark.column + 1] == "#":
            notes.add(
                "spec/syntax",
                f"a `#` right behind `{lines[mark.line][mark.column - 1]}` begins no comment",
                notes.span(mark.line, mark.column, mark.line, mark.column + 1),
                help_line="write a blank before it, or put it into the quotes when it is text",
            )
        return event

    return watch
