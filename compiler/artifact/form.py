"""A document that is written once and filled many times, as if it were written each time.

A *form* is made of documents in which *marks* stand for words. A word that is *plain*, a name or a
few with blanks between, is put in the place of its mark, wherever nothing but the rest of a text
decides how it is quoted. Any other text is written anew from its words.
"""

from __future__ import annotations

import re
from operator import itemgetter
from typing import TYPE_CHECKING, Final

from compiler.artifact.artifact import Artifact, LineRange
from compiler.artifact.yaml import RESERVED, may_be_number, scalar
from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from compiler.lower.plan import Origin

_MARK: Final = re.compile(r"opsc_(?:name|text)_(\d+)_")
_TEXT_MARK: Final = "opsc_text_"
_BEGIN, _END = "\ue000", "\ue001"
_REWRITTEN: Final = re.compile(f"{_BEGIN}([^{_END}]*){_END}")
"""A text that is written anew."""
_PLAIN: Final = re.compile(r"(?:[A-Za-z_][A-Za-z0-9_.-]*(?: [A-Za-z0-9_.-]+)*)?\Z")
_ALL_PLAIN: Final = re.compile(r"(?:(?:[A-Za-z_][A-Za-z0-9_.-]*(?: [A-Za-z0-9_.-]+)*)?\n)*\Z")


def are_plain(words: Sequence[str]) -> bool:
    """Whether all of some words are plain, which is told much sooner than of each alone."""
    lines = "\n".join(words) + "\n"
    return (
        _ALL_PLAIN.match(lines) is not None
        and lines.count("\n") == len(words)
        and RESERVED.isdisjoint(lines.lower().split("\n"))
    )


def mark(number: int, word: str) -> str:
    """Given a word and its number, return what stands for it: a name, also in PromQL."""
    is_plain = _PLAIN.match(word) is not None and word.lower() not in RESERVED
    return f"opsc_name_{number}_" if is_plain else f"opsc_text_{number}_"


def open_scalar(text: str) -> str:
    """Given a text, return it as `scalar` does; one with marks in the way that `Form` reads."""
    if _MARK.search(text) is None:
        return scalar(text)
    # With letters around it a name can make a reserved word, behind a digit a number.
    pieces = _MARK.split(text)[::2]
    can_be_number = text[0].isdigit() and may_be_number("".join(pieces))
    if _TEXT_MARK in text or can_be_number or _can_be_reserved(pieces):
        return f"{_BEGIN}{text}{_END}"
    return scalar(text)


def _can_be_reserved(pieces: Sequence[str]) -> bool:
    """Whether some words between the pieces of a text can make a reserved word of it."""
    if not any(pieces):
        return False
    shape = re.compile(".*".join(map(re.escape, pieces)), re.IGNORECASE)
    return any(shape.fullmatch(word) for word in RESERVED)


class _Text:
    """A text with marks, cut at them: what is always the same, and which words are put between."""

    def __init__(self, text: str) -> None:
        self._pieces = _MARK.split(text)
        chosen = [int(number) for number in self._pieces[1::2]]
        # A getter of one item returns no sequence.
        self._choose = itemgetter(*chosen, *chosen[:1]) if chosen else None

    def fill(self, words: Sequence[str]) -> str:
        pieces = self._pieces.copy()
        if self._choose is not None:
            pieces[1::2] = self._choose(words)[: len(pieces) // 2]
        return "".join(pieces)


class _Document:
    """A document with marks, some of them in texts that are written anew."""

    def __init__(self, text: str, words: int) -> None:
        written: dict[str, int] = {}

        def place(match: re.Match[str]) -> str:
            number = written.setdefault(match[1], words + len(written))
            return f"opsc_text_{number}_"

        self._text = _Text(_REWRITTEN.sub(place, text))
        self._written = [_Text(each) for each in written]

    def fill(self, words: Sequence[str]) -> str:
        return self._text.fill([*words, *(scalar(each.fill(words)) for each in self._written)])


@frozen(kw_only=False)
class _Sheet(Frozen):
    path: _Text
    document: _Document
    lines: tuple[tuple[int, int], ...]


class _Filled(Artifact):
    """An artifact that is filled when its text is asked for, each time anew."""

    __slots__ = ("_origin", "_sheet", "_words")
    _origin: Origin
    _sheet: _Sheet
    _words: Sequence[str]

    def __init__(self, sheet: _Sheet, words: Sequence[str], origin: Origin) -> None:
        put = object.__setattr__
        put(self, "path", sheet.path.fill(words))
        put(self, "_sheet", sheet)
        put(self, "_words", words)
        put(self, "_origin", origin)

    @property
    def text(self) -> str:
        return self._sheet.document.fill(self._words)

    @property
    def origins(self) -> tuple[LineRange, ...]:
        return tuple([LineRange(first, last, self._origin) for first, last in self._sheet.lines])


class Form:
    """Artifacts of one entry of a spec, with marks in their paths and texts."""

    def __init__(self, artifacts: Iterable[Artifact], words: int) -> None:
        """Take artifacts that were written with `open_scalar`, and how many words there are."""
        self._sheets = [
            _Sheet(
                _Text(each.path),
                _Document(each.text, words),
                tuple((lines.first, lines.last) for lines in each.origins),
            )
            for each in artifacts
        ]

    def fill(self, words: Sequence[str], origin: Origin) -> tuple[Artifact, ...]:
        """Given the words and their entry, return the artifacts. No word has an end of a line."""
        return tuple([_Filled(sheet, words, origin) for sheet in self._sheets])
