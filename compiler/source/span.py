"""A path into a tree → the span that a caret is put under. The one place where lines are made."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Literal

from compiler.finding import Position, Span
from compiler.source.scalar_text import offsets
from compiler.source.tree import Map, Seq

if TYPE_CHECKING:
    from typing import Any

    from compiler.source.tree import Mark, Path

_PROPERTIES: Final = re.compile(r"(?:[&!]\S*[ \t]*)+")


def span_of(
    root: Map,
    path: Path,
    part: Literal["key", "value"] = "value",
    inside: tuple[int, int] | None = None,
) -> Span:
    """Given a tree and a path, return where the entry's key or value stands.

    A path that leads nowhere gives the key of its deepest entry that exists, or the first key of
    the tree. `inside` are offsets of characters, end exclusive, in the text that the value is once
    it is read; they are ignored when the value is no text. Characters that one escape stands for
    have that escape's span. A value without a form of its own has its key's span: an empty one, and
    a list or mapping on lines of its own. A collection in brackets is shown up to its line's end.
    """
    container: Any = root
    mark: Mark | None = None
    value: Any = root
    for step in path:
        found = _mark_of(container, step)
        if found is None:
            part = "key"
            break
        mark = found
        value = container = container[step]
    if mark is None:
        mark = next(iter(root.marks.values()), None)
        part = "key"
    if mark is None:
        return Span("", Position(1, 1), Position(1, 1))
    if part == "key":
        return _key_span(mark, value)
    if inside is not None and isinstance(value, str):
        return _inside(mark, value, inside)
    return _value_span(mark, value)


def _mark_of(container: Any, step: str | int) -> Mark | None:
    """Return the mark of a container's entry, or None when it has no such entry."""
    if isinstance(container, Map) and step in container:
        return container.marks[str(step)]
    if isinstance(container, Seq) and isinstance(step, int) and 0 <= step < len(container):
        return container.marks[step]
    return None


def _span(mark: Mark, line: int, column: int, end_line: int, end_column: int) -> Span:
    start = Position(line + 1, column + 1)
    return Span(mark[0].file, start, Position(end_line + 1, end_column + 1))


def _key_span(mark: Mark, value: Any) -> Span:
    """Return the span of an entry's key; a list item, which has none, gives its value's."""
    text, line, column, end_column = mark[:4]
    if (line, column) == (mark[4], mark[5]) and end_column == column:
        return _value_span(mark, value)
    if end_column <= column:  # a key over several lines
        end_column = len(text.lines[line])
    return _span(mark, line, column, line, end_column)


def _value_span(mark: Mark, value: Any) -> Span:
    """Return the span of an entry's value, as far as a caret can show it."""
    text, key_line, key_column, key_end, line, column, end_line, end_column = mark
    is_item = (key_line, key_column) == (line, column) and key_end == key_column
    if (line, column) == (end_line, end_column):
        if not is_item:
            return _key_span(mark, value)
        return _span(mark, line, max(column - 1, 0), line, max(column, 1))
    if isinstance(value, Map | Seq):
        if not is_item and is_block(text.lines[line], column):
            return _key_span(mark, value)
        if line != end_line:
            end_line, end_column = line, len(text.lines[line].rstrip())
    elif end_column == 0 and end_line > line:  # a block text ends where its last line does
        end_line -= 1
        while end_line > line and not text.lines[end_line].strip():
            end_line -= 1
        end_column = len(text.lines[end_line])
    return _span(mark, line, column, end_line, end_column)


def is_block(text: str, column: int) -> bool:
    """Return whether the collection that begins at a line's column is written without brackets."""
    match = _PROPERTIES.match(text, column)
    rest = text[match.end() if match else column :]
    return not rest.startswith(("[", "{", "*"))


def _inside(mark: Mark, value: str, inside: tuple[int, int]) -> Span:
    """Return the span of some characters of a text, or the value's when they cannot be found."""
    places = offsets(mark, value)
    if places is None:
        return _value_span(mark, value)
    start = min(max(inside[0], 0), len(value))
    end = min(max(inside[1], start), len(value))
    first = places[start]
    last = places[end - 1] if end > start else None
    if last is None:
        return _span(mark, first[0], first[1], first[0], first[1])
    return _span(mark, first[0], first[1], last[0], last[2])
