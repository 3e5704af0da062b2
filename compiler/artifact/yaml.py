"""Write YAML: plain data enters, text leaves that readers of YAML 1.1 and 1.2 take for the same.

Data is mappings with text keys, lists and tuples, and scalars (text, bool, int, float, Decimal,
None); any value may be `Sourced`, which records its lines. The order is the one given. Strings are
plain where no reader can mistake them, literal blocks where they have lines, else quoted. A line
is never folded; keys should stay below 1,024 characters, the limit of YAML itself.
"""

from __future__ import annotations

import math
import re
from decimal import Decimal
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Final

from compiler.artifact.artifact import LineRange
from compiler.artifact.lines import Sourced

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

RESERVED: Final = frozenset(
    "true false yes no on off y n null nan inf infinity".split()  # noqa: SIM905  # read as words
)
"""Words, in lower case, that some reader takes for something else than text."""

_PLAIN = re.compile(
    r"[A-Za-z0-9_/(](?:[\x21-\x39\x3B-\x7E\xA1-\u1FFF]++|:(?! |\Z)| (?![ #]|\Z))*+\Z"
)
"""Printable text that begins harmlessly, with single blanks, and no mark of a key or a comment.

What is once matched is not tried again: otherwise a long word before such a mark takes for ever."""

_DURATION = re.compile(r"(?:[0-9]+(?:ms|[ywdhms]))+\Z")
_NUMBER_LIKE = re.compile(r"[0-9][0-9A-Fa-fOoPpTtXxZz_.:+ -]*\Z")
"""Numbers of any base, sexagesimals, dates and times, of either version."""

_WRITABLE: Final = (
    r"\x20-\x7E\xA0-\u2027\u202A-\uD7FF\uE000-\uFEFE\uFF00-\uFFFD\U00010000-\U0010FFFF"
)
"""Characters that can stand in a text as they are."""
_ESCAPES: Final = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r", "\0": "\\0"}


@cache
def _unwritable() -> re.Pattern[str]:
    """Return what finds other characters: made when it is needed, since that takes long."""
    return re.compile(f"[^{_WRITABLE}]")


def _is_writable(text: str) -> bool:
    """Whether all characters of a text on one line can stand as they are."""
    return text.isprintable() or _unwritable().search(text) is None


@lru_cache(maxsize=32_768)
def scalar(text: str) -> str:
    """Given a text without ends of lines that matter, return it as a scalar on one line."""
    if is_plain(text):
        return text
    if _is_writable(text):
        if "'" in text and '"' not in text and "\\" not in text:
            return f'"{text}"'
        return "'" + text.replace("'", "''") + "'"
    return '"' + "".join(_escaped(character) for character in text) + '"'


def is_plain(text: str) -> bool:
    """Whether every reader takes a text for itself where it stands without quotes."""
    if not _PLAIN.match(text):
        return False
    if may_be_number(text):
        return _DURATION.match(text) is not None
    return text.lower() not in RESERVED


def may_be_number(text: str) -> bool:
    """Whether some reader takes a text for a number, or for a time."""
    return text[0].isdigit() and _NUMBER_LIKE.match(text) is not None


def write_yaml(
    data: Any, *, comments: Iterable[str] = (), scalar: Callable[[str], str] = scalar
) -> tuple[str, tuple[LineRange, ...]]:
    """Given data, return its document, LF-ended, and the lines of everything `Sourced` in it.

    `comments` are the lines above the document, without their ``#``; `scalar` writes a text on one
    line.
    """
    writer = _Writer((f"# {line}".rstrip() for line in comments), scalar)
    if isinstance(data, dict | list | tuple) and data:
        writer.node("", data, "")
    else:
        writer.lines.append(writer.flat(data))
    return "\n".join(writer.lines) + "\n", _outlines(writer.origins)


def _outlines(origins: Iterable[LineRange]) -> tuple[LineRange, ...]:
    """Return ranges by first line, without those that say what the range around them says."""
    outlines: list[LineRange] = []
    around: list[LineRange] = []
    for lines in sorted(origins, key=lambda each: (each.first, -each.last)):
        while around and around[-1].last < lines.first:
            around.pop()
        if not around or around[-1].origin != lines.origin:
            outlines.append(lines)
            around.append(lines)
    return tuple(outlines)


class _Writer:
    """The lines so far. `first` begins the next line, `indent` those after it."""

    def __init__(self, comments: Iterable[str], text: Callable[[str], str]) -> None:
        self.lines: list[str] = list(comments)
        self.origins: list[LineRange] = []
        self.text = text

    def node(self, first: str, node: Any, indent: str) -> None:
        """Write a mapping or a sequence that is not empty."""
        if isinstance(node, dict):
            for key, value in node.items():
                # Most values are short texts: they take the short way.
                if type(value) is str and "\n" not in value:
                    self.lines.append(f"{first}{self.text(key)}: {self.text(value)}")
                else:
                    self.value(f"{first}{self.text(key)}:", value, indent)
                first = indent
        else:
            for item in node:
                self.item(f"{first}-", item, indent)
                first = indent

    def value(self, head: str, value: Any, indent: str) -> None:
        """Write what stands behind a key."""
        if isinstance(value, Sourced):
            begin = len(self.lines) + 1
            self.value(head, value.value, indent)
            self.origins.append(LineRange(begin, len(self.lines), value.origin))
        elif isinstance(value, dict | list | tuple) and value:
            self.lines.append(head)
            self.node(indent + "  ", value, indent + "  ")
        else:
            self.scalar(head, value, indent)

    def item(self, head: str, item: Any, indent: str) -> None:
        """Write what stands behind a dash."""
        if isinstance(item, Sourced):
            begin = len(self.lines) + 1
            self.item(head, item.value, indent)
            self.origins.append(LineRange(begin, len(self.lines), item.origin))
        elif isinstance(item, dict | list | tuple) and item:
            self.node(head + " ", item, indent + "  ")
        else:
            self.scalar(head, item, indent)

    def scalar(self, head: str, value: Any, indent: str) -> None:
        """Write a scalar or an empty container; text with lines as a literal block."""
        if isinstance(value, str) and "\n" in value and _is_literal(value):
            body = value.rstrip("\n")
            ends = len(value) - len(body)
            self.lines.append(f"{head} |{'-' if ends == 0 else '+' if ends > 1 else ''}")
            self.lines.extend(f"{indent}  {line}" if line else "" for line in body.split("\n"))
            self.lines.extend([""] * (ends - 1))
        else:
            self.lines.append(f"{head} {self.flat(value)}")

    def flat(self, value: Any) -> str:
        """Return a scalar, or an empty container, on one line."""
        if isinstance(value, str):
            return self.text(value)
        if value is None:
            return "null"
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, int):
            return str(value)
        if isinstance(value, float | Decimal):
            return _number(value)
        if isinstance(value, dict):
            return "{}"
        if isinstance(value, list | tuple):
            return "[]"
        raise TypeError(f"YAML has no {type(value).__name__}")


def _is_literal(text: str) -> bool:
    """Whether a literal block can hold the text: its first line says how far it is indented."""
    return text[0] not in " \t\n" and _is_writable(text.replace("\n", "").replace("\t", ""))


def _number(value: float | Decimal) -> str:
    """Return a number in the form that both versions of YAML read as one."""
    if not math.isfinite(value):
        return ".nan" if math.isnan(value) else ".inf" if value > 0 else "-.inf"
    if isinstance(value, Decimal):
        return format(value, "f")
    mantissa, mark, exponent = repr(value).partition("e")
    if not mark:
        return mantissa
    return f"{mantissa if '.' in mantissa else mantissa + '.0'}e{exponent}"


def _escaped(character: str) -> str:
    known = _ESCAPES.get(character)
    if known is not None:
        return known
    if _is_writable(character):
        return character
    code = ord(character)
    return (
        f"\\x{code:02x}"
        if code < 0x100
        else f"\\u{code:04x}"
        if code < 0x10000
        else f"\\U{code:08x}"
    )
