"""Comments that suppress a finding: ``# opsc: allow RULE [until YYYY-MM-DD] because REASON``.

PyYAML drops comments, so they are looked for in the characters; a ``#`` inside a scalar is none.
Which stretches are scalars is known from the parser's events, which are watched only when the text
holds something that looks like such a comment, and only on the lines that do.

Several may stand in one comment, each with its own ``# opsc:``. A comment on a line of its own
speaks of the next line that is neither blank nor a comment. A malformed one is a finding
``spec/bad-suppression``.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING, Any, Final

from yaml.events import ScalarEvent

from compiler.source.tree import Suppression

if TYPE_CHECKING:
    from collections.abc import Callable

    from compiler.source.notes import Notes
    from compiler.source.tree import Text

_CANDIDATE: Final = re.compile(r"#[ \t]*opsc:")
_FORM: Final = re.compile(
    r"#[ \t]*opsc:[ \t]*allow[ \t]+(?P<rule>[a-z][a-z0-9-]*/[a-z][a-z0-9-]*)"
    r"(?:[ \t]+until[ \t]+(?P<until>\S+))?[ \t]+because[ \t]+(?P<reason>\S.*)"
)
_HELP: Final = (
    "write `# opsc: allow family/fault because REASON`, with `until YYYY-MM-DD` before `because` "
    "when it is to expire"
)


class Comments:
    """The comments of one text that may be suppressions, and the scalars on their lines."""

    __slots__ = ("_line_set", "_lines", "_scalars", "_target", "_text")

    def __init__(self, text: Text) -> None:
        self._text = text
        self._lines: list[int] = []
        if _CANDIDATE.search(text.characters):
            self._lines = [
                number for number, line in enumerate(text.lines) if _CANDIDATE.search(line)
            ]
        self._target = -1
        self._line_set = frozenset(self._lines)
        self._scalars: dict[int, set[tuple[int, int]]] = {line: set() for line in self._lines}

    def watched(self, next_event: Callable[[], Any]) -> Callable[[], Any]:
        """Given an event source, return one that takes note of scalars where comments may be."""
        if not self._lines:
            return next_event

        def watch() -> Any:
            event = next_event()
            kind = event.__class__
            if kind is ScalarEvent:
                first, last = event.start_mark.line, event.end_mark.line
                if first != last or first in self._line_set:
                    self._remember(event)
            return event

        return watch

    def _remember(self, event: Any) -> None:
        """Take note of the columns that a scalar has on each line that may hold a comment."""
        start, end = event.start_mark, event.end_mark
        index = bisect_left(self._lines, start.line)
        while index < len(self._lines) and self._lines[index] <= end.line:
            line = self._lines[index]
            index += 1
            if event.style in ("|", ">") and line == start.line:
                continue  # its first line is a header, which a comment may follow
            first = start.column if line == start.line else 0
            last = end.column if line == end.line else len(self._text.lines[line])
            self._scalars[line].add((first, last))

    def suppressions(self, notes: Notes) -> tuple[Suppression, ...]:
        """Return the suppressions in the order of the text; malformed ones become findings."""
        found: list[Suppression] = []
        for line in self._lines:
            start = self._comment_start(line)
            if start is None:
                continue
            text = self._text.lines[line]
            offsets = [match.start() for match in _CANDIDATE.finditer(text, start)]
            if not offsets or offsets[0] != start:
                continue  # a comment about something else, that quotes one
            ends = [*offsets[1:], len(text)]
            target = line if text[:start].strip() else self._next_entry(line)
            for offset, end in zip(offsets, ends, strict=True):
                one = _parse(text[offset:end].rstrip(), line, offset, target, notes)
                if one is not None:
                    found.append(one)
        return tuple(found)

    def _comment_start(self, line: int) -> int | None:
        """Return the column of the ``#`` that begins the line's comment, or None without one."""
        scalars = sorted(self._scalars[line])
        text = self._text.lines[line]
        column = text.find("#")
        while column >= 0:
            inside = next((end for start, end in scalars if start <= column < end), None)
            if inside is None:
                return column
            column = text.find("#", inside)
        return None

    def _next_entry(self, line: int) -> int:
        """Return the next line that is neither blank nor a comment, or this one without any.

        It is asked about ever later lines, and so looks at each line once.
        """
        lines = self._text.lines
        if self._target <= line:
            self._target = line + 1
            while self._target < len(lines) and lines[self._target].lstrip()[:1] in ("", "#"):
                self._target += 1
        return self._target if self._target < len(lines) else line


def _parse(text: str, line: int, column: int, target: int, notes: Notes) -> Suppression | None:
    """Given one comment and its 0-indexed place, return what it says, or write a finding down."""
    match = _FORM.fullmatch(text)
    until = match["until"] if match else None
    if match is None:
        headline = "a suppression that names no rule and reason"
        if re.search(r"allow[ \t]+\S+/\S+", text) and "because" not in text:
            headline = "a suppression without a reason"
    elif until is not None and not _is_date(until):
        headline = f"`{until}` is not a date"
    else:
        return Suppression(
            line=line + 1,
            column=column + 1,
            target_line=target + 1,
            rule=match["rule"],
            until=until,
            reason=match["reason"],
        )
    span = notes.span(line, column, line, column + len(text))
    notes.add("spec/bad-suppression", headline, span, help_line=_HELP)
    return None


def _is_date(text: str) -> bool:
    """Return whether the text is a day of the calendar, as YYYY-MM-DD."""
    from datetime import date

    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
