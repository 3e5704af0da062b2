"""The bytes of one file → a `Document`: the located tree, and what is wrong with the text.

`read` never raises because of what the bytes say. Its parts: `characters` (bytes → text), `parser`
(text → events), `builder` and `nodes` (events → tree), `sections` (what is left of a broken text),
`suppressions` (comments). Their docstrings say what each form of YAML means.

- A file is one YAML document whose root is a mapping. ``---`` may stand before it and ``...`` after
  it; a second document is a finding, and does not count.
- After a syntax error, and when something nests too deeply, each top-level entry is read alone:
  every broken one has its own finding, the sound ones are in `root`.
- A line longer than `MAX_LINE_CHARACTERS` is a finding, and its top-level entry is left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from yaml import YAMLError
from yaml.events import DocumentStartEvent, MappingStartEvent, ScalarEvent, StreamEndEvent

from compiler.source import syntax
from compiler.source.builder import MAX_DEPTH, TooDeep, fill, skip
from compiler.source.characters import MAX_LINE_CHARACTERS, decode
from compiler.source.collection import paused_collection
from compiler.source.nodes import Nodes
from compiler.source.notes import Notes, shown
from compiler.source.parser import event_source, shifted
from compiler.source.quotes import Unclosed, report_unclosed, without_glued
from compiler.source.sections import Section, sections
from compiler.source.suppressions import Comments
from compiler.source.tree import Document, Map

if TYPE_CHECKING:
    from collections.abc import Callable

    from compiler.source.tree import Text


def read(file: str, data: bytes) -> Document:
    """Given a file's name as shown to people and its bytes, return what it says.

    `root` is None when no entry of it could be understood.
    """
    with paused_collection():
        text, notes, is_readable = decode(file, data)
        if not is_readable:
            return Document(text=text, root=None, findings=tuple(notes.found))
        comments = Comments(text)
        root, broken = _whole(text, notes, comments)
        suppressions = comments.suppressions(notes)
        findings = sorted(notes.found, key=lambda finding: finding.span)
    return Document(
        text=text,
        root=root or None,
        findings=tuple(findings),
        suppressions=suppressions,
        broken=broken,
    )


def _whole(text: Text, notes: Notes, comments: Comments) -> tuple[Map, frozenset[str]]:
    """Read the text in one go, or part by part when that fails; return its root and broken keys."""
    known = len(notes.found)
    root = Map()
    if not _has_long_line(text):
        try:
            _document(root, comments.watched(event_source(text.characters)), Nodes(notes))
        except (YAMLError, TooDeep, Unclosed) as error:
            del notes.found[known:]
            return _parts(text, notes, comments, error)
        if not root and len(notes.found) == known:
            notes.add(
                "spec/syntax",
                "the file says nothing",
                notes.span(0, 0, 0, 0),
                help_line="a spec begins with `opsc: 1`; `opsc init` writes one to start from",
            )
        return root, frozenset()
    return _parts(text, notes, comments, None)


def _has_long_line(text: Text) -> bool:
    return len(text.characters) > MAX_LINE_CHARACTERS and any(
        len(line) > MAX_LINE_CHARACTERS for line in text.lines
    )


def _parts(
    text: Text, notes: Notes, comments: Comments, error: Exception | None
) -> tuple[Map, frozenset[str]]:
    """Read each top-level entry alone; `error` is why the whole could not be read."""
    root, nodes, known = Map(), Nodes(notes), len(notes.found)
    broken: set[str | None] = set()
    for part in sections(text):
        before = len(root)
        if notes.is_full or not _part(part, root, nodes, comments):
            broken.add(part.key)
            while len(root) > before:
                del root.marks[root.popitem()[0]]
    if error is not None and not broken and len(notes.found) == known:
        _explain(error, notes, 0, len(text.lines))
    return root, frozenset(key for key in broken if key is not None)


def _part(part: Section, root: Map, nodes: Nodes, comments: Comments) -> bool:
    """Read one part into the root; return whether it is sound, and else write down why not."""
    for number, line in enumerate(part.lines, start=part.first_line):
        if len(line) > MAX_LINE_CHARACTERS:
            nodes.notes.add(
                "spec/too-deep",
                f"a line of more than {MAX_LINE_CHARACTERS:,} characters",
                nodes.notes.span(number, 0, number, 1),
                help_line="write the value over several lines",
            )
            return False
    characters = "\n".join(part.lines) + "\n"
    try:
        events = shifted(event_source(characters), part.first_line)
        _document(root, comments.watched(events), nodes, is_part=True)
    except (YAMLError, TooDeep, Unclosed) as error:
        _explain(error, nodes.notes, part.first_line, part.first_line + len(part.lines))
        return False
    return True


def _explain(error: Exception, notes: Notes, first: int, end: int) -> None:
    """Write down why the lines from `first` to `end`, without it, could not be read."""
    if isinstance(error, TooDeep):
        mark = error.event.start_mark
        notes.add(
            "spec/too-deep",
            f"nested deeper than {MAX_DEPTH} levels",
            notes.span(mark.line, mark.column, mark.line, mark.column + 1),
            help_line="write it flatter: no section of a spec needs so many levels",
        )
    elif isinstance(error, Unclosed):
        report_unclosed(error.event, notes)
    else:
        syntax.report(error, notes, first, end)


def _document(
    root: Map, next_event: Callable[[], Any], nodes: Nodes, *, is_part: bool = False
) -> None:
    """Given the events of a stream, fill the root from its first document.

    Raise ``yaml.YAMLError``, `TooDeep` or `Unclosed` when it cannot be read to its end.
    """
    next_event = without_glued(next_event, nodes.notes)
    next_event()
    event = next_event()
    if event.__class__ is StreamEndEvent:
        return
    event = next_event()
    if event.__class__ is MappingStartEvent:
        nodes.open(event)
        fill(root, next_event, nodes)
    else:
        _not_a_mapping(event, next_event, nodes, is_part=is_part)
    next_event()
    event = next_event()
    if event.__class__ is DocumentStartEvent:
        nodes.notes.add(
            "spec/syntax",
            "a second document in one file",
            nodes.span(event),
            label="it does not count",
            help_line="one file describes one service: move this document to a file of its own",
        )


def _not_a_mapping(
    event: Any, next_event: Callable[[], Any], nodes: Nodes, *, is_part: bool
) -> None:
    """Write down that the root, which begins with this event, is no mapping, and read it."""
    is_empty = event.__class__ is ScalarEvent and not event.value and event.implicit[0]
    if is_empty and event.anchor is None and event.tag is None:
        return
    start = event.start_mark
    column = len(nodes.notes.text.lines[start.line].rstrip())
    written = nodes.notes.text.lines[start.line][start.column : column]
    nodes.notes.add(
        "spec/syntax" if is_part else "spec/wrong-type",
        f"{shown(written)} is no entry" if is_part else "the file is not a mapping",
        nodes.notes.span(start.line, start.column, start.line, column),
        help_line="a spec is entries `name: value`, the outermost ones in column 1",
    )
    skip(event, next_event, 0)
