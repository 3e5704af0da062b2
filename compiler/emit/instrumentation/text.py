"""Text of a spec in a Python module: as a string, or in a docstring; it ends where it should."""

from __future__ import annotations

import textwrap
from typing import Final

WIDTH: Final = 100
_STEP: Final = 80
_SIGNS: Final = frozenset((0xD7, 0xF7))
"""Signs among Latin's letters that look like others."""
_ESCAPES: Final = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def literal(text: str) -> str:
    """Given text, return a string of Python on one line, between double quotes."""
    return f'"{"".join(_ESCAPES.get(each) or _plain(each) for each in text)}"'


def long_literal(text: str, indent: str) -> str:
    """Given text, return a string of Python that may take several lines, each begun by `indent`."""
    whole = literal(text)
    if len(indent) + len(whole) < WIDTH:
        return whole
    parts = [literal(text[start : start + _STEP]) for start in range(0, len(text), _STEP)]
    inner = "".join(f"{indent}    {part}\n" for part in parts)
    return f"(\n{inner}{indent})"


def paragraph(text: str, indent: str) -> str:
    """Given text, return it as lines of a docstring, the first one without its indent."""
    flat = "".join(_in_docstring(each) for each in " ".join(text.split()))
    lines = textwrap.wrap(flat, WIDTH - len(indent), break_long_words=False, break_on_hyphens=False)
    return f"\n{indent}".join(lines)


def _plain(character: str) -> str:
    """Return a character as it is where no reader could take it for another, else escaped."""
    code = ord(character)
    if 0x20 <= code < 0x7F or (0xC0 <= code <= 0xFF and code not in _SIGNS):
        return character
    return _escaped(code)


def _in_docstring(character: str) -> str:
    # Never a backslash of the text's own, nor a quote: nothing ends, and nothing is escaped.
    return _escaped(ord(character)) if character in '\\"' else _plain(character)


def _escaped(code: int) -> str:
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
