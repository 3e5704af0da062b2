"""Parser events → the located tree of one file, with findings about what cannot stand in a spec.

What the parts of YAML mean in a spec:

- Scalars as in `compiler.source.scalars`; a quoted or block scalar is text, whatever it says.
- A key is text. A number, truth value or null as a key is a finding ``spec/wrong-type``; it stays
  usable as the text it is written in (not the empty key). A list or mapping as a key is left out.
- Of two equal keys the first counts; the second is a finding ``spec/duplicate-key``.
- Tags are findings: nothing in a spec needs one. A tagged scalar is read as text.
- An alias shares its anchor's node; ``<<`` merges one mapping or a list of them, whose entries come
  first and give way to those written out. An alias to something around itself, to nothing, or over
  the budget of `compiler.source.aliases` is a finding, and its entry is left out.
- Containers nest `MAX_DEPTH` levels deep, aliases included; past that, `TooDeep` is raised.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from yaml.events import (
    AliasEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from compiler.source.nodes import LEFT_OUT, MERGE, Nodes
from compiler.source.quotes import check_quoted
from compiler.source.scalars import SUSPECTS
from compiler.source.tree import Map, Seq

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_DEPTH: Final = 64
"""Levels of containers, the root being the first."""

_QUOTES: Final = ("'", '"')


class TooDeep(Exception):  # noqa: N818 - it ends the reading of a part, as StopIteration does
    """Containers nest deeper than `MAX_DEPTH`; `event` is the one that went too far."""

    def __init__(self, event: Any) -> None:
        super().__init__("nested too deeply")
        self.event = event


def fill(  # noqa: C901, PLR0912, PLR0915 - the hot loop: a call per event would double its time
    root: Map, next_event: Callable[[], Any], nodes: Nodes
) -> None:
    """Given the events after the root mapping's start, fill `root` until the root's end.

    Entries become visible in `root` once they are complete. Raise `TooDeep`, `Unclosed`, and what
    the event source raises.
    """
    text, keys, plain = nodes.notes.text, nodes.keys, nodes.plain
    stack: list[tuple[Any, ...]] = []
    container: Any = root
    in_map = True
    key: Any = LEFT_OUT
    key_line = key_column = key_end = end_line = end_column = 0
    while True:
        event = next_event()
        kind = event.__class__
        if in_map and kind is not MappingEndEvent:
            mark = event.start_mark
            key_line, key_column = mark.line, mark.column
            if kind is ScalarEvent:
                key = keys.get(event.value)
                if (
                    key is None
                    or key in container
                    or event.anchor is not None
                    or event.tag is not None
                ):
                    key = nodes.key(event, container)
            else:
                skip(event, next_event, len(stack) + 1)
                key = nodes.odd_key(event, container)
            key_end = event.end_mark.column
            event = next_event()
            kind = event.__class__
        if kind is ScalarEvent:
            value = event.value
            mark = event.start_mark
            line, column = mark.line, mark.column
            mark = event.end_mark
            end_line, end_column = mark.line, mark.column
            if end_line != line:
                if event.style in _QUOTES:
                    check_quoted(event, text.lines, _levels(stack, key_column, in_map=in_map))
            else:
                end_line = line  # one number object instead of two, for as long as the tree lives
            if event.anchor is not None or event.tag is not None:
                value = nodes.adorned(event)
            elif event.implicit[0] and value[:1] in SUSPECTS:
                value = plain[value] if value in plain else nodes.bare(event)
        elif kind is MappingStartEvent or kind is SequenceStartEvent:
            if len(stack) + 2 > MAX_DEPTH:
                raise TooDeep(event)
            anchor = event.anchor
            if anchor is not None or event.tag is not None:
                nodes.open(event)
            mark = event.start_mark
            stack.append(
                (
                    container,
                    in_map,
                    key,
                    key_line,
                    key_column,
                    key_end,
                    mark.line,
                    mark.column,
                    anchor,
                )
            )
            in_map = kind is MappingStartEvent
            container = Map() if in_map else Seq()
            continue
        elif kind is AliasEvent:
            value = nodes.alias(event, MAX_DEPTH - 1 - len(stack))
            if value is LEFT_OUT:
                continue
            mark = event.start_mark
            line, column = mark.line, mark.column
            end_line, end_column = line, event.end_mark.column
        else:
            mark = event.end_mark
            if (
                event.start_mark.column != mark.column
            ):  # a flow collection: it has an end of its own
                end_line, end_column = mark.line, mark.column
            value = nodes.merged(container) if in_map and MERGE in container else container
            if not stack:
                return
            container, in_map, key, key_line, key_column, key_end, line, column, anchor = (
                stack.pop()
            )
            if anchor is not None:
                nodes.close(anchor, value)
        if not in_map:
            container.append(value)
            container.marks.append((text, line, column, column, line, column, end_line, end_column))
        elif key is not LEFT_OUT:
            if key_line == line:
                line = key_line
            container[key] = value
            container.marks[key] = (
                text, key_line, key_column, key_end, line, column, end_line, end_column,
            )  # fmt: skip


def _levels(
    stack: list[tuple[Any, ...]], key_column: int, *, in_map: bool
) -> list[tuple[int, int, bool, int]]:
    """Return the containers around an entry as `check_quoted` wants them, without the root's own.

    The root begins where its first key does, in the first column of a spec.
    """
    starts = [(0, 0), *((frame[6], frame[7]) for frame in stack)]
    insides = [*((frame[1], frame[4]) for frame in stack), (in_map, key_column)]
    return [(*start, *inside) for start, inside in zip(starts, insides, strict=True)]


def skip(event: Any, next_event: Callable[[], Any], depth: int) -> None:
    """Given a node's first event, `depth` levels deep, read to the node's end. Raise `TooDeep`."""
    level = 0
    while True:
        kind = event.__class__
        if kind is MappingStartEvent or kind is SequenceStartEvent:
            level += 1
            if depth + level > MAX_DEPTH:
                raise TooDeep(event)
        elif kind is MappingEndEvent or kind is SequenceEndEvent:
            level -= 1
        if level == 0:
            return
        event = next_event()
