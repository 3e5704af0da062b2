"""The rarer parts of a document: keys and scalars in dispute, tags, anchors, aliases, merge keys.

`compiler.source.builder` reads the common parts itself and asks `Nodes` about these.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from compiler.finding import Fix, Related
from compiler.source.aliases import MAX_EXPANSION, Expansion
from compiler.source.notes import shown
from compiler.source.scalars import Trap, meaning
from compiler.source.suggest import nearest
from compiler.source.tree import Map, Seq

if TYPE_CHECKING:
    from compiler.finding import Span
    from compiler.source.notes import Notes

LEFT_OUT: Final = "\0left out"
"""Key of an entry, or value of an alias, that has its finding and is not kept. No key holds NUL."""

MAX_SUGGESTED: Final = 200
"""Anchors of one file, up to which an unknown alias is compared with each of them."""

MERGE: Final = "\0merge"
"""Key under which the value of ``<<`` waits for the end of its mapping."""

_OPEN: Final = object()
"""An anchor whose node is not finished: an alias to it would contain itself."""


class Nodes:
    """What is known while one file is read: its anchors, and texts that were looked at before.

    `keys` are texts that are sound keys in every form; `plain` is what bare scalars mean.
    """

    __slots__ = ("anchors", "expansion", "keys", "notes", "plain")

    def __init__(self, notes: Notes) -> None:
        self.notes = notes
        self.keys: dict[str, str] = {}
        self.plain: dict[str, Any] = {}
        self.anchors: dict[str, Any] = {}
        self.expansion = Expansion()

    def key(self, event: Any, container: Map) -> str:
        """Given a scalar in a key's place, return the key, `MERGE` or `LEFT_OUT`."""
        name: str = event.value
        if event.tag is not None:
            self._tag(event)
        if event.anchor is not None:
            self.anchors[event.anchor] = name
        if event.implicit[0]:
            if name == "<<":
                return self._first(MERGE, name, self.span(event), container)
            if not self._is_text(event):
                return self._first(name, name, self.span(event), container) if name else LEFT_OUT
            self.keys.setdefault(name, name)
        return self._first(name, name, self.span(event), container)

    def odd_key(self, event: Any, container: Map) -> str:
        """Given an alias or container in a key's place, already read, return the key."""
        target = self.anchors.get(getattr(event, "anchor", None) or "")
        span = self.span(event)
        if event.__class__.__name__ == "AliasEvent" and isinstance(target, str):
            return self._first(target, target, span, container)
        self.notes.add(
            "spec/wrong-type",
            "a key that is not text",
            span,
            label="this is the key",
            help_line="a key is a name: `name: value`; quote text that begins with `[`, `{` or `*`",
        )
        return LEFT_OUT

    def _is_text(self, event: Any) -> bool:
        """Return whether a bare key is text; write a finding down when it is not."""
        found = meaning(event.value)
        if found.__class__ is Trap:
            self._trap(event, found)
            return False
        if found.__class__ is str:
            return True
        if event.value:
            what = "null" if found is None else f"a {_word(found)}"
            headline, help_line = (
                f"the key {shown(event.value)} is {what}",
                "quote it: keys are text",
            )
            fix = self._quote(event)
        else:
            headline, help_line, fix = "an entry without a key", "write `name: value`", None
        span = self.span(event)
        self.notes.add("spec/wrong-type", headline, span, help_line=help_line, fix=fix)
        return False

    def _first(self, key: str, name: str, span: Span, container: Map) -> str:
        """Return the key if the mapping does not have it yet, else write a finding down."""
        if key not in container:
            return key
        first = container.marks[key]
        place = self.notes.span(first[1], first[2], first[1], max(first[3], first[2] + 1))
        self.notes.add(
            "spec/duplicate-key",
            f"the key {shown(name)} is written twice",
            span,
            label="the second one does not count",
            help_line="merge several mappings as a list: `<<: [*first, *second]`"
            if key is MERGE
            else "keep one of the two",
            related=(Related(span=place, label="first written here"),),
        )
        return LEFT_OUT

    def bare(self, event: Any) -> Any:
        """Given a bare scalar, return what it means."""
        value: str = event.value
        found = meaning(value)
        if found.__class__ is Trap:
            self._trap(event, found)
            return value
        self.plain[value] = found
        return found

    def adorned(self, event: Any) -> Any:
        """Given a scalar with a tag or an anchor, return what it means."""
        value: Any = event.value
        if event.tag is not None:
            self._tag(event)
        elif event.implicit[0]:
            value = self.bare(event)
        if event.anchor is not None:
            self.anchors[event.anchor] = value
        return value

    def _trap(self, event: Any, trap: Trap) -> None:
        if self.notes.is_full:
            return
        self.notes.add(
            "spec/yaml-trap",
            f"a bare {shown(event.value)} is not text to every reader of YAML",
            self.span(event),
            label=f"some read {trap.reading} here",
            help_line=f'write "{event.value}" when the text is meant'
            + _other_way(event.value, trap.reading),
            fix=self._quote(event),
        )

    def _quote(self, event: Any) -> Fix | None:
        """Return the fix that quotes a bare scalar, which stands at the end of its span."""
        end, value = event.end_mark, event.value
        if end.column < len(value):
            return None
        span = self.notes.span(end.line, end.column - len(value), end.line, end.column)
        return Fix(span=span, replacement=f'"{value}"', title="quote the text", is_safe=True)

    def _tag(self, event: Any) -> None:
        self.notes.add(
            "spec/syntax",
            f"the tag {shown(event.tag.replace('tag:yaml.org,2002:', '!!'))} has no meaning here",
            self.span(event),
            help_line="take the tag out: a spec is text, numbers, lists and mappings; quote a text "
            "that begins with `!`",
        )

    def span(self, event: Any) -> Span:
        """Return the span of an event."""
        start, end = event.start_mark, event.end_mark
        return self.notes.span(start.line, start.column, end.line, end.column)

    def open(self, event: Any) -> None:
        """Given the start of a container with a tag or an anchor, take note of them."""
        if event.tag is not None:
            self._tag(event)
        if event.anchor is not None:
            self.anchors[event.anchor] = _OPEN

    def close(self, anchor: str, node: Any) -> None:
        """Given a finished container and its anchor, let aliases to it begin."""
        if self.anchors.get(anchor) is _OPEN:
            self.anchors[anchor] = node

    def alias(self, event: Any, levels: int) -> Any:
        """Given an alias where `levels` more levels may nest, return its node or `LEFT_OUT`."""
        name: str = event.anchor
        if name not in self.anchors:
            few = len(self.anchors) <= MAX_SUGGESTED and not self.notes.is_full
            close = nearest(name, self.anchors) if few else None
            self.notes.add(
                "spec/unknown-reference",
                f"no anchor {shown('&' + name)} stands before this alias",
                self.span(event),
                help_line=f"did you mean `*{close}`?"
                if close
                else f"write `&{name}` at the value to repeat, or quote text that begins with `*`",
            )
            return LEFT_OUT
        node = self.anchors[name]
        if node is _OPEN:
            self._refuse(event, "contains itself", "an alias repeats a value that ended before it")
            return LEFT_OUT
        nodes, height = self.expansion.measure(node)
        if height > levels:
            self._refuse(event, "nests too deeply", "write the value flatter")
            return LEFT_OUT
        if not self.expansion.admit(nodes):
            self._refuse(
                event,
                "repeats too much",
                f"all aliases of one file may stand for {MAX_EXPANSION:,} values together",
            )
            return LEFT_OUT
        return node

    def _refuse(self, event: Any, what: str, help_line: str) -> None:
        headline = f"the alias {shown('*' + event.anchor)} {what}"
        self.notes.add("spec/too-deep", headline, self.span(event), help_line=help_line)

    def merged(self, node: Map) -> Map:
        """Given a finished mapping with a merge key, return it with the merged entries in it."""
        source, mark = node.pop(MERGE), node.marks.pop(MERGE)
        own = list(node.items())
        own_marks = dict(node.marks)
        node.clear()
        node.marks.clear()
        is_list = isinstance(source, Seq)
        marks = source.marks if is_list else (mark,)
        for part, mark in zip(source if is_list else (source,), marks, strict=True):
            if not isinstance(part, Map):
                self.notes.add(
                    "spec/wrong-type",
                    "only a mapping can be merged",
                    self.notes.span(mark[4], mark[5], mark[6], mark[7]),
                    help_line="`<<` takes an alias of a mapping, or a list of them",
                )
                continue
            for key in part:
                if key not in node:
                    node[key] = part[key]
                    node.marks[key] = part.marks[key]
        node.update(own)
        node.marks.update(own_marks)
        return node


def _word(value: object) -> str:
    """Return how a value's type is called."""
    return "truth value" if isinstance(value, bool) else "number"


def _other_way(value: str, reading: str) -> str:
    """Return the end of a trap's help: what to write when the other reading is meant."""
    if reading == "a truth value":
        return (
            f", `{'true' if value.lower() in ('y', 'yes', 'on') else 'false'}` when that is meant"
        )
    return ", a decimal number when a number is meant" if "number" in reading else ""
