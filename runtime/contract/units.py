"""Values with a written unit: durations, sizes, proportions.

Text such as ``5m``, ``100MiB`` or ``99.9%`` enters; a number in the base unit leaves (seconds,
bytes, a fraction of one). Both doors use these types: a spec writes the unit, a job plan holds
the number under a key that names the unit and is validated with the context `PLAN`.

Nothing here imports pydantic, only its core: a class with ``__get_pydantic_core_schema__`` is all
that pydantic needs when the schemas are built.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydantic_core import PydanticCustomError
    from pydantic_core.core_schema import ValidationInfo

PLAN: Final = "plan"
"""Validation context of a job plan: numbers in base units are accepted beside text."""

MILLISECONDS: Final = {
    "y": 365 * 86_400_000,
    "w": 7 * 86_400_000,
    "d": 86_400_000,
    "h": 3_600_000,
    "m": 60_000,
    "s": 1_000,
    "ms": 1,
}
"""Length of each duration unit, largest first; a year is 365 days, as in Prometheus."""

BYTES: Final = {
    "B": 1,
    "kB": 10**3,
    "MB": 10**6,
    "GB": 10**9,
    "TB": 10**12,
    "KiB": 2**10,
    "MiB": 2**20,
    "GiB": 2**30,
    "TiB": 2**40,
}
"""Length of each size unit: powers of ten by their SI names, powers of two by their IEC names."""

DURATION_PATTERN: Final = (
    r"^(?=[0-9])([0-9]{1,4}y)?([0-9]{1,5}w)?([0-9]{1,6}d)?([0-9]{1,7}h)?([0-9]{1,8}m)?"
    r"([0-9]{1,10}s)?([0-9]{1,12}ms)?$"
)
POSITIVE_DURATION_PATTERN: Final = DURATION_PATTERN.replace("(?=[0-9])", "(?=[0-9])(?=.*[1-9])")
SIZE_PATTERN: Final = r"^[0-9]{1,12}(\.[0-9]{1,6})?(B|kB|MB|GB|TB|KiB|MiB|GiB|TiB)$"
PROPORTION_PATTERN: Final = r"^[0-9]{1,3}(\.[0-9]{1,12})?%$"
SHARE_PATTERN: Final = r"^(100(\.0{1,12})?|0?[0-9]{1,2}(\.[0-9]{1,12})?)%$"

_DURATION = re.compile(DURATION_PATTERN[:-1] + r"\Z")
_SIZE = re.compile(SIZE_PATTERN[:-1] + r"\Z")
_PROPORTION = re.compile(PROPORTION_PATTERN[:-1] + r"\Z")
_DURATION_PART = re.compile(r"([0-9]+)(ms|[ywdhms])")


@lru_cache(maxsize=1024)
def parse_duration(text: str) -> float | None:
    """Given text such as ``1h30m``, return its seconds, or None when it is not a duration."""
    if not _DURATION.match(text):
        return None
    total = sum(int(count) * MILLISECONDS[unit] for count, unit in _DURATION_PART.findall(text))
    return total // 1000 if total % 1000 == 0 else total / 1000


@lru_cache(maxsize=1024)
def format_duration(seconds: float) -> str:
    """Given seconds, return the shortest duration in days and smaller units: ``1h30m``."""
    rest = round(seconds * 1000)
    if rest == 0:
        return "0s"
    parts = []
    for unit in ("d", "h", "m", "s", "ms"):
        count, rest = divmod(rest, MILLISECONDS[unit])
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts)


def parse_size(text: str) -> int | None:
    """Given text such as ``100MiB``, return its bytes, or None when it is not a whole size."""
    match = _SIZE.match(text)
    if match is None:
        return None
    unit = match[2]
    exact = Decimal(text[: -len(unit)]) * BYTES[unit]
    return int(exact) if exact == int(exact) else None


@lru_cache(maxsize=1024)
def parse_proportion(text: str) -> Decimal | None:
    """Given text such as ``99.9%``, return the fraction of one, exact, or None."""
    return Decimal(text[:-1]) / 100 if _PROPORTION.match(text) else None


class Described:
    """Annotation of a type: its core schema and its JSON Schema, both as data."""

    __slots__ = ("core", "written")

    def __init__(self, core: dict[str, Any], written: dict[str, Any]) -> None:
        self.core = core
        self.written = written

    def __get_pydantic_core_schema__(self, source: object, handler: object) -> dict[str, Any]:
        """Return the core schema."""
        return self.core

    def __get_pydantic_json_schema__(self, schema: object, handler: object) -> dict[str, Any]:
        """Return the JSON Schema."""
        return dict(self.written)


class Unit:
    """How one kind of value is read, and how JSON Schema describes its written form."""

    __slots__ = ("examples", "pattern", "validate")

    def __init__(
        self,
        *,
        pattern: str,
        examples: tuple[str, ...],
        validate: Callable[[Any, ValidationInfo], Any],
    ) -> None:
        self.pattern = pattern
        self.examples = examples
        self.validate = validate

    def __get_pydantic_core_schema__(self, source: object, handler: object) -> dict[str, Any]:
        """Return the core schema: one function that also sees the context."""
        return {
            "type": "function-plain",
            "function": {"type": "with-info", "function": self.validate},
        }

    def __get_pydantic_json_schema__(self, schema: object, handler: object) -> dict[str, Any]:
        """Return the JSON Schema of the written form."""
        return {"type": "string", "pattern": self.pattern, "examples": list(self.examples)}


def _bad_unit(value: object, expected: str, help_line: str) -> PydanticCustomError:
    # What only an error needs is loaded with it.
    from pydantic_core import PydanticCustomError

    shown = value if isinstance(value, str | int | float) else type(value).__name__
    return PydanticCustomError(
        "spec/bad-unit",
        "`{shown}` is not {expected}",
        {"shown": shown, "expected": expected, "help": help_line},
    )


def _number_of_plan(value: object, info: ValidationInfo) -> float | None:
    """Return the number when a job plan, not a spec, is being read."""
    if info.context != PLAN or isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if 0 <= value < float("inf") else None


def validate_seconds(value: Any, info: ValidationInfo) -> float:
    """Given a written duration, return seconds; raise `PydanticCustomError` ``spec/bad-unit``."""
    seconds = parse_duration(value) if isinstance(value, str) else _number_of_plan(value, info)
    if seconds is None:
        raise _bad_unit(
            value, "a duration", "write a number with its unit: `30s`, `5m`, `1h30m`, `30d`"
        )
    return seconds


def validate_positive_seconds(value: Any, info: ValidationInfo) -> float:
    """Given a written duration, return seconds; raise ``spec/bad-unit`` for none, and for zero."""
    seconds = validate_seconds(value, info)
    if seconds == 0:
        raise _bad_unit(value, "longer than nothing", "write a duration above zero, such as `30s`")
    return seconds


def validate_bytes(value: Any, info: ValidationInfo) -> int:
    """Given a written size, return bytes; raise `PydanticCustomError` ``spec/bad-unit``."""
    size = parse_size(value) if isinstance(value, str) else _number_of_plan(value, info)
    if size is None or size != int(size):
        raise _bad_unit(value, "a size", "write a number with its unit: `512B`, `100MiB`, `2GB`")
    return int(size)


def validate_ratio(value: Any, info: ValidationInfo) -> Decimal:
    """Given a written proportion, return the fraction of one; raise ``spec/bad-unit``."""
    if isinstance(value, str):
        ratio = parse_proportion(value)
    else:
        number = _number_of_plan(value, info)
        ratio = None if number is None else Decimal(str(number))
    if ratio is None:
        raise _bad_unit(value, "a proportion", "write it with a percent sign: `99.9%`")
    return ratio


def validate_share(value: Any, info: ValidationInfo) -> Decimal:
    """Given a written proportion, return it; raise ``spec/out-of-range`` for more than all."""
    ratio = validate_ratio(value, info)
    if ratio > 1:
        from pydantic_core import PydanticCustomError

        raise PydanticCustomError(
            "spec/out-of-range",
            "`{shown}` is more than there is",
            {"shown": str(value), "help": "write a share of the whole, `100%` at most"},
        )
    return ratio


Seconds = Annotated[
    float,
    Unit(
        pattern=DURATION_PATTERN, examples=("30s", "5m", "1h30m", "30d"), validate=validate_seconds
    ),
]
"""A duration: written ``5m``, held as seconds."""

PositiveSeconds = Annotated[
    float,
    Unit(
        pattern=POSITIVE_DURATION_PATTERN,
        examples=("30s", "5m", "1h30m", "30d"),
        validate=validate_positive_seconds,
    ),
]
"""A duration longer than nothing: written ``5m``, held as seconds."""

Bytes = Annotated[
    int, Unit(pattern=SIZE_PATTERN, examples=("512B", "100MiB", "2GB"), validate=validate_bytes)
]
"""A size: written ``100MiB``, held as bytes."""

Ratio = Annotated[
    Decimal, Unit(pattern=PROPORTION_PATTERN, examples=("99.9%", "80%"), validate=validate_ratio)
]
"""A proportion: written ``99.9%``, held as an exact fraction of one."""

Share = Annotated[
    Decimal, Unit(pattern=SHARE_PATTERN, examples=("85%", "12.5%"), validate=validate_share)
]
"""A share of what there is, `100%` at most: written ``85%``, held as an exact fraction of one."""

Whole = Annotated[int, Described({"type": "int", "strict": True}, {"type": "integer"})]
"""A whole number, without quotes and without a point."""
