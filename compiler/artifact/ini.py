"""Write systemd units: sections of keys and values enter, text leaves, LF-ended.

A key may come several times, as systemd reads lists; the key `COMMENT` makes a line of its own
for people. Values are written as they are: build them
with `literal` (a text that may hold anything) and `word` (one word of a command line or a list).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

COMMENT: Final = "#"
"""Key of what is no setting but a remark about the next."""

_BLANK = re.compile(r"[\x00-\x20\x7F\x85\u2028\u2029]+")
_SAFE_WORD = re.compile(r"[A-Za-z0-9@/+=:,._-]+\Z")


def write_ini(
    sections: Mapping[str, Sequence[tuple[str, str]]], *, comments: Iterable[str] = ()
) -> str:
    """Given sections by name, each of keys and values in order, return the unit file."""
    lines = [f"# {line}".rstrip() for line in comments]
    for name, entries in sections.items():
        if lines:
            lines.append("")
        lines.append(f"[{name}]")
        lines.extend(_line(key, value) for key, value in entries)
    return "\n".join(lines) + "\n"


def _line(key: str, value: str) -> str:
    # A backslash at the end would make the next line a part of the comment.
    return f"# {value}".rstrip("\\ ") if key == COMMENT else f"{key}={value}"


def literal(text: str) -> str:
    """Given any text, return the value that systemd shows as this text, on one line.

    >>> literal("keeps 20% free")
    'keeps 20%% free'
    """
    shown = _BLANK.sub(" ", text).strip().replace("%", "%%")
    # A backslash at the end would join the next line; blanks behind it are dropped when read.
    return shown + " " if shown.endswith("\\") else shown


def word(text: str, *, is_command: bool = False) -> str:
    r"""Given one word, return it quoted for a list, or for a command line, where ``$`` expands.

    >>> word("/var/lib/my data")
    '"/var/lib/my data"'
    """
    if _SAFE_WORD.match(text):
        return text
    escaped = "".join(
        f"\\x{ord(character):02x}" if ord(character) < 0x20 else character
        for character in text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    )
    return f'"{escaped.replace("$", "$$") if is_command else escaped}"'
