"""Values with a form of their own: quantities, label matchers, sets of labels, schedules.

Each is an annotated type, as in `types`.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic_core import PydanticCustomError

from compiler.model.types import parsed_by
from runtime.contract.frozen import Frozen, frozen
from runtime.contract.units import (
    DURATION_PATTERN,
    PROPORTION_PATTERN,
    SIZE_PATTERN,
    parse_duration,
    parse_proportion,
    parse_size,
)
from runtime.schedule import ScheduleError, parse, parse_cron

Dimension: TypeAlias = Literal["number", "ratio", "seconds", "bytes"]


@frozen(kw_only=False)
class Quantity(Frozen):
    """A number with what it measures: ``80%`` is 0.8 of dimension ``ratio``; `text` as written."""

    value: Decimal
    dimension: Dimension
    text: str


def _quantity(value: Any) -> Quantity:
    if isinstance(value, int | float) and not isinstance(value, bool):
        number = Decimal(str(value))
        if number.is_finite():
            return Quantity(number, "number", str(value))
    if isinstance(value, str):
        ratio = parse_proportion(value)
        if ratio is not None:
            return Quantity(ratio, "ratio", value)
        seconds = parse_duration(value)
        if seconds is not None:
            return Quantity(Decimal(str(seconds)), "seconds", value)
        size = parse_size(value)
        if size is not None:
            return Quantity(Decimal(size), "bytes", value)
    shown = value if isinstance(value, str) else type(value).__name__
    raise PydanticCustomError(
        "spec/bad-unit",
        "`{shown}` is not a quantity",
        {
            "shown": shown,
            "help": "write a number, a proportion `80%`, a duration `1s` or a size `10GiB`",
        },
    )


Threshold = Annotated[
    Quantity,
    parsed_by(
        _quantity,
        {
            "anyOf": [
                {"type": "number"},
                {"type": "string", "pattern": PROPORTION_PATTERN},
                {"type": "string", "pattern": DURATION_PATTERN},
                {"type": "string", "pattern": SIZE_PATTERN},
            ],
            "examples": ["80%", "1s", "10GiB", 100],
        },
    ),
]
"""A number, a proportion, a duration or a size."""

MatchOperator: TypeAlias = Literal["=", "!=", "=~", "!~"]
_MATCH_KEYS: Final[dict[str, MatchOperator]] = {"matches": "=~", "not": "!=", "not_matches": "!~"}


@frozen(kw_only=False)
class Matcher(Frozen):
    """How a label's value is compared: with a text, or with an anchored regular expression."""

    operator: MatchOperator
    value: str


def matcher(value: Any) -> Matcher:
    """Given what a spec writes for a label, return how its value is compared; raise otherwise."""
    if isinstance(value, str):
        return Matcher("=", value)
    if isinstance(value, dict) and len(value) == 1:
        key, text = next(iter(value.items()))
        operator = _MATCH_KEYS.get(key)
        if operator is not None and isinstance(text, str):
            return Matcher(operator, text)
    raise PydanticCustomError(
        "spec/wrong-type",
        "expected a label matcher",
        {"help": 'write `"500"`, `{matches: "5.."}`, `{not: "200"}` or `{not_matches: "2.."}`'},
    )


LabelMatcher = Annotated[
    Matcher,
    parsed_by(
        matcher,
        {
            "anyOf": [
                {"type": "string"},
                {
                    "type": "object",
                    "properties": {
                        "matches": {
                            "type": "string",
                            "description": "Anchored regular expression that the value fits.",
                            "examples": ["5.."],
                        },
                        "not": {
                            "type": "string",
                            "description": "Text that the value is not.",
                            "examples": ["200"],
                        },
                        "not_matches": {
                            "type": "string",
                            "description": "Anchored regular expression that the value fits not.",
                            "examples": ["2.."],
                        },
                    },
                    "additionalProperties": False,
                    "minProperties": 1,
                    "maxProperties": 1,
                },
            ],
            "examples": ["500", {"matches": "5.."}],
        },
    ),
]
"""A literal value, or a mapping that says how to compare."""


def _label_values(value: Any) -> tuple[str, ...] | int:
    if isinstance(value, list) and value and all(isinstance(item, str) for item in value):
        return tuple(value)
    if isinstance(value, str) and re.fullmatch(r"~[1-9][0-9]{0,8}", value):
        return int(value[1:])
    raise PydanticCustomError(
        "spec/wrong-type",
        "expected the label's values or about how many there are",
        {"help": "write a list of texts, `[GET, POST]`, or an estimate, `~40`"},
    )


LabelValues = Annotated[
    tuple[str, ...] | int,
    parsed_by(
        _label_values,
        {
            "anyOf": [
                {"type": "array", "items": {"type": "string"}, "minItems": 1},
                {"type": "string", "pattern": "^~[1-9][0-9]{0,8}$"},
            ],
            "examples": [["GET", "POST"], "~40"],
        },
    ),
]
"""The values a label can take, or an estimate of how many there are."""


def _schedule(value: Any) -> str:
    is_cron = isinstance(value, dict) and list(value) == ["cron"] and isinstance(value["cron"], str)
    if not isinstance(value, str) and not is_cron:
        raise PydanticCustomError(
            "spec/wrong-type",
            "expected a schedule",
            {"help": 'write `daily at 02:00` or `{cron: "0 2 * * *"}`'},
        )
    text: str = value["cron"] if is_cron else value
    try:
        (parse_cron if is_cron else parse)(text)
    except ScheduleError as error:
        raise PydanticCustomError(
            "spec/bad-schedule",
            "{message}",
            {
                "message": error.message,
                "help": error.help,
                "start": error.start,
                "end": error.end,
                "key": "cron" if is_cron else "",
            },
        ) from None
    return f"cron: {text}" if is_cron else text


ScheduleText = Annotated[
    str,
    parsed_by(
        _schedule,
        {
            "anyOf": [
                {
                    "type": "string",
                    "pattern": "^ *(every|hourly|daily|weekly|monthly|quarterly|cron:|manual)( |$)",
                },
                {
                    "type": "object",
                    "properties": {
                        "cron": {
                            "type": "string",
                            "description": "Five fields of cron.",
                            "examples": ["0 2 * * 0"],
                        }
                    },
                    "required": ["cron"],
                    "additionalProperties": False,
                },
            ],
            "examples": [
                "every 5m",
                "hourly at :15",
                "daily at 02:00",
                "weekly on sun at 03:00",
                "manual",
            ],
        },
    ),
]
"""When something is due: at times of the `time_zone` beside it, every so often, or by hand."""
