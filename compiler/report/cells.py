"""One line of a file as a terminal shows it: characters enter, printable cells leave.

A tab becomes spaces, an East Asian wide character takes two columns, a combining one none. What a
terminal would obey instead of show (escapes, bidirectional controls) becomes U+FFFD.
"""

from __future__ import annotations

from typing import Final

from runtime.contract.frozen import Frozen, frozen

TAB_WIDTH: Final = 4
"""Columns between tab stops."""

REPLACEMENT: Final = "\ufffd"
"""What stands for a character that must not reach a terminal."""

_OBEYED: Final = frozenset(
    [
        *range(0x20),
        *range(0x7F, 0xA0),
        *(0x061C, 0x200B, 0x200E, 0x200F, 0x2028, 0x2029, 0xFEFF),
        *range(0x202A, 0x202F),
        *range(0x2060, 0x2070),
        *range(0xD800, 0xE000),
    ]
)


@frozen(kw_only=False)
class Cells(Frozen):
    """A line: what is shown for each character, and how many columns that takes."""

    shown: tuple[str, ...]
    widths: tuple[int, ...]

    def width(self, start: int, end: int) -> int:
        """Return the columns that the characters from `start` up to `end`, 0-indexed, take."""
        return sum(self.widths[start:end])


def cells(line: str) -> Cells:
    """Given a line without its break, return its cells."""
    if line.isascii() and line.isprintable():
        return Cells(tuple(line), (1,) * len(line))
    shown: list[str] = []
    widths: list[int] = []
    column = 0
    for character in line:
        text, width = _cell(character, column)
        shown.append(text)
        widths.append(width)
        column += width
    return Cells(tuple(shown), tuple(widths))


def printable(text: str) -> str:
    """Given text for one line of a report, return it with nothing in it that a terminal obeys."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(REPLACEMENT if ord(character) in _OBEYED else character for character in text)


def _cell(character: str, column: int) -> tuple[str, int]:
    """Return what is shown for a character that begins at a 0-indexed column, and its width."""
    if character == "\t":
        width = TAB_WIDTH - column % TAB_WIDTH
        return " " * width, width
    if ord(character) in _OBEYED:
        return REPLACEMENT, 1
    if character.isascii():
        return character, 1
    # Rarely needed, and not built into the interpreter.
    from unicodedata import category, east_asian_width

    if category(character) in ("Mn", "Me", "Cf"):
        return character, 0
    return character, 2 if east_asian_width(character) in "WF" else 1
