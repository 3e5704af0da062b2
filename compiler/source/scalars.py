r"""What a bare (plain, unquoted) scalar means: text enters; text, number, truth value, None leave.

YAML 1.2's core schema, less what YAML 1.1 reads otherwise:

| written | meaning |
|---|---|
| ``true`` ``True`` ``TRUE``, ``false`` likewise | a truth value |
| nothing, ``~``, ``null`` ``Null`` ``NULL`` | None |
| ``12`` ``-3`` ``+4``, up to 18 digits | a whole number |
| ``1.5`` ``.5`` ``1.`` ``1e3`` ``-2.5E-3`` | a number |
| ``y n yes no on off`` in any case | text, with a finding ``spec/yaml-trap`` |
| ``12:30`` ``1:30:00`` ``1:30.5`` (base 60) | text, with a finding |
| ``0123`` ``0x1F`` ``0o17`` ``0b1`` ``1_000`` | text, with a finding |
| ``.inf`` ``.nan``, a number beyond 18 digits or 1e308 | text, with a finding |
| everything else, ``2027-03-01`` and ``02:00`` too | text |
"""

from __future__ import annotations

import re
from typing import Final

WORDS: Final[dict[str, bool | None]] = {
    "": None,
    "~": None,
    **dict.fromkeys(("null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
"""Bare words that are no text."""

SUSPECTS: Final = frozenset(["", *"~+-.0123456789nNtTfFyYoO"])
"""First characters of a bare scalar that may be more than text; ``value[:1]`` is looked up."""

MAX_DIGITS: Final = 18
"""Digits of a whole number: any such number fits in 64 bits."""

_TRUTH = re.compile(r"(?:y|n|yes|no|on|off)\Z", re.IGNORECASE)
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)\Z")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
_BASE_60 = re.compile(
    r"[-+]?(?:[1-9][0-9_]*(?::[0-5]?[0-9])+|[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*)\Z"
)
_OCTAL = re.compile(r"[-+]?0[0-9_]+\Z")
_RADIX = re.compile(r"[-+]?0(?:x[0-9a-fA-F_]+|o[0-7_]+|b[01_]+)\Z")
_GROUPED = re.compile(r"[-+]?[0-9][0-9_]*(?:\.[0-9_]*)?(?:[eE][-+]?[0-9]+)?\Z")
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF|nan|NaN|NAN)\Z")


class Trap:
    """A bare scalar that YAML parsers disagree about: `reading` is what some make of it."""

    __slots__ = ("reading",)

    def __init__(self, reading: str) -> None:
        self.reading = reading


def meaning(value: str) -> str | int | float | bool | Trap | None:
    """Given a bare scalar's text, return what it means, or a `Trap` when that is in dispute."""
    if value in WORDS:
        return WORDS[value]
    if value[0] in "yYnNoO":
        return Trap("a truth value") if _TRUTH.match(value) else value
    if _INTEGER.match(value):
        too_long = len(value.lstrip("+-")) > MAX_DIGITS
        return Trap("a number that is rounded or cut") if too_long else int(value)
    return _number(value)


def _number(value: str) -> str | float | Trap:
    """Return what a scalar that is neither a word nor a plain whole number means."""
    if _OCTAL.match(value):
        return Trap("a number with eight digits, or with ten")
    if _FLOAT.match(value):
        number = float(value)
        return Trap("infinity") if number in (float("inf"), float("-inf")) else number
    if _BASE_60.match(value):
        return Trap("a number in base 60")
    if _RADIX.match(value):
        return Trap("a number in another base")
    if "_" in value and _GROUPED.match(value):
        return Trap("a number without its underscores")
    if _NOT_FINITE.match(value):
        return Trap("infinity or not a number")
    return value
