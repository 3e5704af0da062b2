"""A text cut at its top-level entries, so that a broken one does not take the others with it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from compiler.source.tree import Text

_KEY: Final = re.compile(
    r"""("(?:[^"\\]|\\.)*"|'[^']*'|[^\s:#"'\-\[\]{},&*!|>%@`?][^:]*)[ \t]*:(?:\s|\Z)"""
)
_MARKER: Final = re.compile(r"(?:---|\.\.\.)(?:\s|\Z)")
_KEY_LIMIT: Final = 1100
"""Characters of a line that are looked at; YAML's own limit of a key is 1,024."""


class Section(NamedTuple):
    """Lines of a file from `first_line` (0-indexed) on, up to the next top-level key.

    `key` is as it is written, less its quotes, or None before the first key.
    """

    key: str | None
    first_line: int
    lines: tuple[str, ...]


def sections(text: Text) -> list[Section]:
    """Given a text, return what stands before its first top-level key, and a part for each key.

    What follows a document marker after the first key belongs to the part before it.
    """
    starts: list[tuple[int, str | None]] = []
    for number, line in enumerate(text.lines):
        if not line or line[0] in " \t#":
            continue
        head = line[:_KEY_LIMIT]
        if starts and _MARKER.match(head):
            break
        match = _KEY.match(head)
        if match:
            starts.append((number, match[1].strip("\"'")))
    if not starts or starts[0][0] > 0:
        starts.insert(0, (0, None))
    ends = [*(number for number, _ in starts[1:]), len(text.lines)]
    return [
        Section(key, start, text.lines[start:end])
        for (start, key), end in zip(starts, ends, strict=True)
    ]
