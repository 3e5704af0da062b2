"""Write to a terminal or a file: tables, JSON, colours only where they are wanted."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from io import TextIOWrapper
from typing import TYPE_CHECKING, Any, Final, TextIO

if TYPE_CHECKING:
    from collections.abc import Sequence

_COLOURS: Final = {
    "ok": "32",
    "healthy": "32",
    "running": "36",
    "waiting": "36",
    "held": "33",
    "partly": "33",
    "degraded": "33",
    "skipped": "33",
    "too long": "33",
    "late": "31",
    "missed": "31",
    "abandoned": "31",
    "failed": "31",
    "timed out": "31",
}


def make_printable(stream: TextIO) -> None:
    """Have a stream that cannot show a character show its number."""
    if isinstance(stream, TextIOWrapper):
        stream.reconfigure(errors="backslashreplace")


def is_coloured(stream: TextIO) -> bool:
    """Return whether colour is wanted there: on a terminal, unless NO_COLOR is set."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def paint(word: str, stream: TextIO) -> str:
    """Return the word of an outcome in its colour, where colour is wanted."""
    colour = _COLOURS.get(word.strip())
    return f"\x1b[{colour}m{word}\x1b[0m" if colour and is_coloured(stream) else word


def product(text: str) -> None:
    """Write a line of what was asked for, on standard output."""
    sys.stdout.write(f"{text}\n")


def talk(text: str) -> None:
    """Write a line of talk, on standard error; that it cannot be read is no fault."""
    with contextlib.suppress(OSError):
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()


def show(text: str) -> None:
    """Write to standard output as it is; a reader that has gone, or a full disk, stops no job."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def json_product(value: Any) -> None:
    """Write a JSON document on standard output."""
    is_utf8 = sys.stdout.encoding.lower() in ("utf-8", "utf8")
    product(json.dumps(value, indent=2, ensure_ascii=not is_utf8))


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Write rows under heads in columns, on standard output; outcomes are coloured."""
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    for row in (heads, *rows):
        cells = [
            paint(cell.ljust(width), sys.stdout) for cell, width in zip(row, widths, strict=True)
        ]
        product("  ".join(cells).rstrip())
