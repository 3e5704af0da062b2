"""Write JSON: plain data enters, indented text leaves, LF-ended, in the order given.

Data is mappings with text keys, lists and tuples, text, bool, int, finite float, Decimal, None; any
value may be `Sourced`, which records its lines. Decimals are written as numbers, exactly; a float
that is whole is written without a point.
"""

from __future__ import annotations

import json
import math
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from compiler.artifact.artifact import LineRange
from compiler.artifact.lines import Sourced

if TYPE_CHECKING:
    from collections.abc import Iterator


def write_json(data: Any) -> tuple[str, tuple[LineRange, ...]]:
    """Given data, return its document and the lines of everything `Sourced` in it.

    Raise `ValueError` for a number that is not finite.
    """
    writer = _Writer()
    writer.write("", data, "", "")
    origins = sorted(writer.origins, key=lambda lines: (lines.first, -lines.last))
    return "\n".join(writer.lines) + "\n", tuple(origins)


class _Writer:
    """The lines so far; `head` begins the next line, `tail` ends the value's last one."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.origins: list[LineRange] = []

    def write(self, head: str, value: Any, tail: str, indent: str) -> None:
        """Write one value."""
        if isinstance(value, Sourced):
            begin = len(self.lines) + 1
            self.write(head, value.value, tail, indent)
            self.origins.append(LineRange(begin, len(self.lines), value.origin))
        elif isinstance(value, dict | list | tuple) and value:
            left, right = "{}" if isinstance(value, dict) else "[]"
            self.lines.append(head + left)
            last = len(value) - 1
            for index, (key, item) in enumerate(_items(value)):
                self.write(f"{indent}  {key}", item, "" if index == last else ",", indent + "  ")
            self.lines.append(indent + right + tail)
        else:
            self.lines.append(head + _flat(value) + tail)


def _items(value: Any) -> Iterator[tuple[str, Any]]:
    """Yield what stands before each item of a container, and the item."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield json.dumps(key, ensure_ascii=False) + ": ", item
    else:
        for item in value:
            yield "", item


def _flat(value: Any) -> str:
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise ValueError("JSON has no number that is not finite")
        return format(value, "f")
    if isinstance(value, float) and math.isfinite(value) and value == int(value):
        return str(int(value))
    if isinstance(value, tuple):
        return "[]"
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
