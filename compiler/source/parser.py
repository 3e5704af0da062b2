"""YAML text → parser events, by libyaml where PyYAML has it, else by PyYAML's own parser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


def event_source(characters: str) -> Callable[[], Any]:
    """Given a text, return the function that gives its next event; it raises ``yaml.YAMLError``."""
    try:
        from yaml._yaml import CParser
    except ImportError:
        return _pure(characters)
    parser = CParser(characters)
    next_event: Callable[[], Any] = parser.get_event
    return next_event


def _pure(characters: str) -> Callable[[], Any]:
    """Return the same from the parser in pure Python."""
    from yaml.parser import Parser
    from yaml.reader import Reader
    from yaml.scanner import Scanner

    class PureParser(Reader, Scanner, Parser):
        """The stages that PyYAML's loaders are made of, up to events."""

        def __init__(self, stream: str) -> None:
            Reader.__init__(self, stream)
            Scanner.__init__(self)
            Parser.__init__(self)

    next_event: Callable[[], Any] = PureParser(characters).get_event
    return next_event


class Position:
    """A place in the file, 0-indexed, in the shape of PyYAML's marks."""

    __slots__ = ("column", "line")

    def __init__(self, line: int, column: int) -> None:
        self.line = line
        self.column = column


def shifted(next_event: Callable[[], Any], lines: int) -> Callable[[], Any]:
    """Return an event source whose marks lie `lines` further down: of a part of a file."""

    def shift() -> Any:
        event = next_event()
        start, end = event.start_mark, event.end_mark
        event.start_mark = Position(start.line + lines, start.column)
        event.end_mark = Position(end.line + lines, end.column)
        return event

    return shift
