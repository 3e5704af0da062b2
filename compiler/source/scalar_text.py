"""Where each character of a scalar's text stands in the file: for carets inside a query.

The parser gives the ends of a scalar and its text, and nothing in between; so the raw lines are
read again, with a place for each character. What comes out is compared with the text: where the two
differ (U+2028 or U+2029 inside a scalar) there is no answer rather than a wrong one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable

    from compiler.source.tree import Mark

Place: TypeAlias = tuple[int, int, int]
"""A character: line, column, end column; 0-indexed."""

_Piece: TypeAlias = tuple[str, Place]

_Row: TypeAlias = tuple[int, list[_Piece]]

_ESCAPES: Final = {
    "0": "\0",
    "a": "\a",
    "b": "\b",
    "t": "\t",
    "\t": "\t",
    "n": "\n",
    "v": "\v",
    "f": "\f",
    "r": "\r",
    "e": "\x1b",
    "N": "\x85",
    "_": "\xa0",
    "L": "\u2028",
    "P": "\u2029",
}
"""What a letter after a backslash stands for, where it is not itself."""

_DIGITS: Final = {"x": 2, "u": 4, "U": 8}
"""Hexadecimal digits after these letters."""

_HEADER: Final = re.compile(r"[|>][-+1-9]*")
_BEFORE: Final = re.compile(r"[ \t]*(?:[&!]\S*(?:[ \t]+|\Z))*")


def offsets(mark: Mark, value: str) -> list[Place] | None:
    """Given a scalar's mark and its text, return a place per character, and one for the end.

    Return None when the text does not stand there: an alias, or a line break of a rare kind.
    """
    lines = mark[0].lines
    line, column, end_line, end_column = mark[4:]
    while (line, column) < (end_line, end_column):
        match = _BEFORE.match(lines[line], column)
        column = match.end() if match else column
        if column < len(lines[line]) and lines[line][column] != "#":
            break
        line, column = line + 1, 0
    if (line, column) >= (end_line, end_column):
        return None
    first = lines[line][column]
    if first == "*":
        return None
    if first in "|>":
        return _block(lines, (line, column, end_line, end_column), value)
    if first in "'\"":
        pieces = _folded(_quoted(lines, (line, column + 1, end_line, end_column - 1), first))
    else:
        pieces = _folded(_plain(lines, (line, column, end_line, end_column)))
    return _checked(pieces, value)


def _checked(pieces: list[_Piece], value: str) -> list[Place] | None:
    """Return the places of the pieces, and the one behind them, when they make up the text."""
    pieces = pieces[: len(value) + 1]
    if "".join(piece[0] for piece in pieces[: len(value)]) != value:
        return None
    places = [piece[1] for piece in pieces]
    if len(places) == len(value):
        line, _, end = places[-1] if places else (0, 0, 0)
        places.append((line, end, end))
    return places


def _plain(lines: tuple[str, ...], ends: tuple[int, int, int, int]) -> Iterable[_Row]:
    """Yield the number and pieces of each line of a plain scalar; a blank line has none."""
    first, start, last, end = ends
    for number in range(first, last + 1):
        text = lines[number][:end] if number == last else lines[number]
        text = text.rstrip(" \t")
        begin = start if number == first else len(text) - len(text.lstrip(" \t"))
        yield number, [(text[at], (number, at, at + 1)) for at in range(begin, len(text))]


def _quoted(lines: tuple[str, ...], ends: tuple[int, int, int, int], quote: str) -> Iterable[_Row]:
    """Yield the number and pieces of each line between quotes, less the blanks that folding drops.

    A line that ends in a backslash ends in a piece of no characters: nothing is folded there.
    """
    first, start, last, end = ends
    for number in range(first, last + 1):
        text = lines[number][:end] if number == last else lines[number]
        at = start if number == first else len(text) - len(text.lstrip(" \t"))
        pieces: list[_Piece] = []
        kept = 0
        while at < len(text):
            character, length = _one(text, at, quote)
            pieces.append((character, (number, at, at + length)))
            if text[at] not in " \t":
                kept = len(pieces)
            at += length
        yield number, pieces if number == last else pieces[:kept]


def _one(text: str, at: int, quote: str) -> tuple[str, int]:
    """Return the character that stands at a place between quotes, and how long it is written."""
    character = text[at]
    if quote == "'":
        return (character, 2) if character == "'" else (character, 1)
    if character != "\\":
        return character, 1
    letter = text[at + 1 : at + 2]
    if letter in _DIGITS and letter:
        count = _DIGITS[letter]
        return chr(int(text[at + 2 : at + 2 + count], 16)), 2 + count
    return _ESCAPES.get(letter, letter), 1 + len(letter)


def _folded(rows: Iterable[_Row]) -> list[_Piece]:
    """Join lines as flow scalars do: one break is a blank, and of more the first one goes."""
    joined: list[_Piece] = []
    breaks: list[Place] = []
    is_escaped = False
    rows = list(rows)
    for index, (_, pieces) in enumerate(rows):
        if index:
            number, before = rows[index - 1]
            end = before[-1][1][2] if before else 0
            breaks.append((number, end, end + 1))
        if not pieces and index < len(rows) - 1:
            continue
        if len(breaks) == 1 and not is_escaped:
            joined.append((" ", breaks[0]))
        joined.extend(("\n", place) for place in breaks[1:])
        breaks.clear()
        is_escaped = bool(pieces) and not pieces[-1][0]
        joined.extend(pieces[:-1] if is_escaped else pieces)
    return joined


def _block(
    lines: tuple[str, ...], ends: tuple[int, int, int, int], value: str
) -> list[Place] | None:
    """Return the places of a block scalar, whose header stands at the start of `ends`."""
    header = _HEADER.match(lines[ends[0]], ends[1])
    indicators = header[0] if header else ""
    last = ends[2] if ends[3] else ends[2] - 1
    body = [(number, lines[number]) for number in range(ends[0] + 1, last + 1)]
    indents = [len(text) - len(text.lstrip(" ")) for _, text in body if text.strip(" ")]
    widest = min(indents, default=max((len(text) for _, text in body), default=0))
    # A written indentation counts from a parent that is not known here: the text tells it.
    lowest = widest - 9 if any(sign.isdigit() for sign in indicators) else widest
    for indent in range(widest, max(lowest, 0) - 1, -1):
        places = _checked(_unindented(body, indent, is_folded=indicators[:1] == ">"), value)
        if places is not None:
            return places
    return None


def _unindented(body: list[tuple[int, str]], indent: int, *, is_folded: bool) -> list[_Piece]:
    """Join the lines of a block scalar, all of its trailing breaks included."""
    joined: list[_Piece] = []
    broken: _Piece | None = None
    blank: list[_Piece] = []
    was_indented = False
    for number, text in body:
        end = ("\n", (number, len(text), len(text) + 1))
        if len(text) <= indent:
            blank.append(end)
            continue
        is_indented = text[indent] in " \t"
        if broken is not None:
            if not is_folded or was_indented or is_indented:
                joined.append(broken)
            elif not blank:
                joined.append((" ", broken[1]))
        joined.extend(blank)
        blank.clear()
        joined.extend((text[at], (number, at, at + 1)) for at in range(indent, len(text)))
        broken, was_indented = end, is_indented
    return [*joined, *([broken] if broken else ()), *blank]
