"""The kinds of value a spec is made of: names, texts, quantities, matchers, secrets.

Each is an annotated type that pydantic validates and JSON Schema describes; units are in
`runtime.contract.units`. A refusal carries the id of its rule as the error's type.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final, Literal, TypeAlias

from pydantic_core import PydanticCustomError

from runtime.contract.entry import Entry, entry, wrapped
from runtime.contract.units import (
    DURATION_PATTERN,
    PROPORTION_PATTERN,
    SIZE_PATTERN,
    Described,
    parse_duration,
    parse_proportion,
    parse_size,
)
from runtime.schedule import ScheduleError, parse, parse_cron

if TYPE_CHECKING:
    from collections.abc import Callable


def _text(pattern: str | None = None, *examples: str, max_length: int = 4096) -> Described:
    core: dict[str, Any] = {
        "type": "str",
        "strict": True,
        "min_length": 1,
        "max_length": max_length,
    }
    written: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": max_length}
    if pattern is not None:
        core["pattern"] = pattern
        written["pattern"] = pattern
    if examples:
        written["examples"] = list(examples)
    return Described(core, written)


def _parsed(function: Callable[[Any], Any], written: dict[str, Any]) -> Described:
    core = {"type": "function-plain", "function": {"type": "no-info", "function": function}}
    return Described(core, written)


def _whole(least: int, most: int) -> Described:
    return Described(
        {"type": "int", "strict": True, "ge": least, "le": most},
        {"type": "integer", "minimum": least, "maximum": most},
    )


NAME_PATTERN: Final = r"^[a-z][a-z0-9]*([-_][a-z0-9]+)*$"
ALERT_PATTERN: Final = r"^[A-Z][A-Za-z0-9]*$"
METRIC_PATTERN: Final = r"^[a-zA-Z_:][a-zA-Z0-9_:]*$"
LABEL_PATTERN: Final = r"^[a-zA-Z_][a-zA-Z0-9_]*$"
HOST_PATTERN: Final = r"^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$"
URL_PATTERN: Final = r"^https?://[^\s/?#@]+([/?#]\S*)?$"
TARGET_PATTERN: Final = r"^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+):[0-9]{1,5}$"
EMAIL_PATTERN: Final = r"^[^\s@]+@[A-Za-z0-9.-]+$"
ZONE_PATTERN: Final = r"^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*$"

Name = Annotated[str, _text(NAME_PATTERN, "tabular-api", max_length=63)]
"""Lower-case words joined by ``-`` or ``_``."""
AlertName = Annotated[str, _text(ALERT_PATTERN, "HighCPUUsage", max_length=100)]
"""Words in camel case, the first letter a capital."""
MetricName = Annotated[str, _text(METRIC_PATTERN, "tabular_api_requests_total", max_length=200)]
"""A Prometheus metric name."""
LabelName = Annotated[str, _text(LABEL_PATTERN, "instance", max_length=100)]
"""A Prometheus label name."""
Text = Annotated[str, _text()]
"""Text that is not empty."""
Query = Annotated[str, _text(None, "sum(rate(tabular_errors_total[5m]))", max_length=20_000)]
"""A PromQL expression; its syntax is checked by `query/syntax`."""
Host = Annotated[str, _text(HOST_PATTERN, "api1", max_length=253)]
"""A host name or an address without a port."""
Target = Annotated[str, _text(TARGET_PATTERN, "node1.example.org:9100", max_length=260)]
"""A host and a port."""
Url = Annotated[str, _text(URL_PATTERN, "https://ops.example.org/tabular")]
"""An http or https address without credentials in it."""
Email = Annotated[str, _text(EMAIL_PATTERN, "ops@example.org", max_length=254)]
"""A mail address."""
FilePath = Annotated[str, _text(r"^/[^\x00]*$", "/var/log/tabular")]
"""An absolute path of the host."""
UrlPath = Annotated[str, _text(r"^/\S*$", "/metrics")]
"""The path of an http address."""
Version = Annotated[str, _text(r"^[0-9]{1,4}\.[0-9]{1,4}(\.[0-9]{1,4})?$", "2.42", max_length=20)]
"""A version number, quoted: ``"2.42"``."""
Zone = Annotated[str, _text(ZONE_PATTERN, "UTC", "Europe/Berlin", max_length=64)]
"""An IANA time zone."""
Flag = Annotated[bool, Described({"type": "bool", "strict": True}, {"type": "boolean"})]
"""``true`` or ``false``."""
Count = Annotated[int, _whole(0, 10**12)]
"""A whole number, not negative."""
Positive = Annotated[int, _whole(1, 10**12)]
"""A whole number from one."""
Number = Annotated[
    float, Described({"type": "float", "strict": True, "allow_inf_nan": False}, {"type": "number"})
]
"""Any finite number."""


def _one_or_more_paths(value: Any) -> tuple[str, ...]:
    paths = [value] if isinstance(value, str) else value
    if not isinstance(paths, list) or not paths:
        raise PydanticCustomError(
            "spec/wrong-type",
            "expected a path or a list of paths",
            {"help": "write `/var/log/x/*.log`"},
        )
    for path in paths:
        if not isinstance(path, str) or not path.startswith("/") or "\0" in path:
            raise PydanticCustomError(
                "spec/wrong-type",
                "`{path}` is not an absolute path",
                {"path": str(path), "help": "start it with `/`"},
            )
    return tuple(paths)


_PATH_SCHEMA: Final = {
    "type": "string",
    "pattern": r"^/[^\x00]*$",
    "examples": ["/var/log/tabular/*.log"],
}
Paths = Annotated[
    tuple[str, ...],
    _parsed(
        _one_or_more_paths,
        {
            "anyOf": [_PATH_SCHEMA, {"type": "array", "items": _PATH_SCHEMA, "minItems": 1}],
            "examples": ["/var/log/tabular/*.log", ["/tmp/tabular", "/var/tmp/tabular"]],  # noqa: S108  # what a spec says
        },
    ),
]
"""One absolute path or pattern, or a list of them."""


Dimension: TypeAlias = Literal["number", "ratio", "seconds", "bytes"]


@dataclass(frozen=True, slots=True)
class Quantity:
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
    _parsed(
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


@dataclass(frozen=True, slots=True)
class Matcher:
    """How a label's value is compared: with a text, or with an anchored regular expression."""

    operator: MatchOperator
    value: str


def _matcher(value: Any) -> Matcher:
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
    _parsed(
        _matcher,
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
    _parsed(
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
    _parsed(
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


def refuse_literal_secret(value: Any) -> Any:
    """Given what stands where a secret is meant, return it; raise ``secret/literal`` if a value."""
    if isinstance(value, dict):
        return value
    raise PydanticCustomError(
        "secret/literal",
        "a secret stands in the spec",
        {"help": "name its place: `{file: /run/secrets/x}`, `{credential: x}` or `{env: X}`"},
    )


@entry
class Secret(Entry):
    """Where a secret is kept; the value itself never stands in a spec."""

    exactly_one: ClassVar = (("env", "file", "credential"),)

    env: (
        Annotated[str, _text(r"^[A-Za-z_][A-Za-z0-9_]*$", "TABULAR_DSN", max_length=200)] | None
    ) = None
    """Environment variable of the process that needs it."""
    file: FilePath | None = None
    """File that holds nothing else."""
    credential: Annotated[str, _text(r"^[A-Za-z0-9_.-]+$", "dsn", max_length=200)] | None = None
    """Name of a systemd credential of the unit that needs it."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        """Return the schema of an entry, behind the refusal of a literal."""
        # The zero-argument super() does not find the class again that slots make.
        schema = super(Secret, cls).__get_pydantic_core_schema__(source, handler)  # noqa: UP008  # see above
        return wrapped(
            {
                "type": "function-before",
                "function": {"type": "no-info", "function": refuse_literal_secret},
            },
            schema,
        )
