"""The bytes of a file → its characters and lines, with findings about what is no text.

- UTF-8 with or without a byte order mark; the mark is dropped. UTF-16 and UTF-32 are refused.
- Bytes that are no UTF-8, and characters that YAML forbids (NUL, other control characters, a byte
  order mark in the middle), are findings at their line and column. Each is replaced by U+FFFD, one
  for one, so that the rest is still read and every position stays true.
- Lines end where YAML 1.1 ends them: LF, CR LF, CR, U+0085, U+2028, U+2029. The last line is the
  one after the last break, even when it is empty: every position has its line.
"""

from __future__ import annotations

import codecs
import re
from bisect import bisect_right
from typing import Final

from compiler.source.notes import Notes
from compiler.source.tree import Text

MAX_FILE_BYTES: Final = 64 * 1024 * 1024
"""Size from which a file is not read."""

MAX_LINE_CHARACTERS: Final = 1024 * 1024
"""Length from which a line, and with it its top-level entry, is not read."""

_PLAIN_BYTES: Final = bytes([0x09, 0x0A, 0x0D, *range(0x20, 0x7F)])
_ALLOWED: Final = "\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff"
_WIDE: Final = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)
_WIDE_SHAPES: Final = (
    (re.compile(rb"[^\0]\0\0\0|\0\0\0[^\0]", re.DOTALL), "UTF-32"),
    (re.compile(rb"[^\0]\0[^\0]\0|\0[^\0]\0[^\0]", re.DOTALL), "UTF-16"),
)


def decode(file: str, data: bytes) -> tuple[Text, Notes, bool]:
    """Given a file's name and bytes, return its text, its findings, and whether to read on."""
    refusal = _refusal(data)
    if refusal is not None:
        notes = Notes(Text(file, "", ("",)))
        headline, help_line, rule = refusal
        notes.add(rule, headline, notes.span(0, 0, 0, 0), help_line=help_line)
        return notes.text, notes, False
    characters = data.decode("utf-8", "surrogateescape").removeprefix("\ufeff")
    strange: list[tuple[int, str]] = []
    if data.translate(None, _PLAIN_BYTES):
        # Made when it is needed, since that takes long, and few files need it.
        forbidden = re.compile(f"[^{_ALLOWED}]+")
        strange = [(match.start(), match[0]) for match in forbidden.finditer(characters)]
        if strange:
            characters = forbidden.sub(lambda match: "\ufffd" * len(match[0]), characters)
    lines = characters.splitlines()
    if not characters or characters[-1] in "\n\r\x85\u2028\u2029":
        lines.append("")
    text = Text(file, characters, tuple(lines))
    notes = Notes(text)
    _report_strange(notes, strange)
    return text, notes, True


def _refusal(data: bytes) -> tuple[str, str, str] | None:
    """Return headline, help and rule when the bytes are too many, or in a wide encoding."""
    if len(data) > MAX_FILE_BYTES:
        limit = MAX_FILE_BYTES // 1024 // 1024
        return (
            f"the file is larger than {limit} MiB",
            "split it: one file describes one service",
            "spec/too-deep",
        )
    name = next((name for mark, name in _WIDE if data.startswith(mark)), None)
    if name is None:
        name = next((name for shape, name in _WIDE_SHAPES if shape.match(data)), None)
    if name is None:
        return None
    return (
        f"the file is written in {name}, not in UTF-8",
        f"save it as UTF-8: `iconv -f {name} -t UTF-8 OLD.yaml > NEW.yaml`",
        "spec/syntax",
    )


def _report_strange(notes: Notes, strange: list[tuple[int, str]]) -> None:
    """Write down a finding for each run of characters that YAML forbids; `strange` has offsets."""
    if not strange:
        return
    starts = line_starts(notes.text)
    for offset, run in strange:
        line = bisect_right(starts, offset) - 1
        column = offset - starts[line]
        span = notes.span(line, column, line, column + len(run))
        code = ord(run[0])
        if 0xDC80 <= code <= 0xDCFF:
            headline = f"the byte `0x{code - 0xDC00:02X}` is not UTF-8"
            help_line = "save the file as UTF-8, or take the character out"
        else:
            headline = f"the control character `U+{code:04X}` cannot stand in YAML"
            escape = f"\\x{code:02X}" if code < 0x100 else f"\\u{code:04X}"
            help_line = f'take it out; where it is meant, write "{escape}" in double quotes'
        notes.add("spec/syntax", headline, span, help_line=help_line)


def line_starts(text: Text) -> list[int]:
    """Given a text, return the offset in `characters` of each line's first character."""
    starts, offset = [0], 0
    for line in text.characters.splitlines(keepends=True):
        offset += len(line)
        starts.append(offset)
    return starts[: len(text.lines)]
