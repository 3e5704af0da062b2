"""The plain values a spec is made of: names, texts, addresses, paths, numbers.

Each is an annotated type that pydantic validates and JSON Schema describes; units are in
`runtime.contract.units`. A refusal carries the id of its rule as the error's type.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic_core import PydanticCustomError

from runtime.contract import forms
from runtime.contract.address import HOST_PORT_PATTERN, URL_PATTERN, readable_text
from runtime.contract.forms import whole_of
from runtime.contract.units import Described

if TYPE_CHECKING:
    from collections.abc import Callable


def text_of(pattern: str | None = None, *examples: str, max_length: int = 4096) -> Described:
    """Given a pattern and examples, return how a text of that form, never empty, is described."""
    return forms.text_of(pattern, *examples, max_length=max_length, min_length=1)


def parsed_by(function: Callable[[Any], Any], written: dict[str, Any]) -> Described:
    """Given what reads a value, and its JSON Schema, return how the value is described."""
    core = {"type": "function-plain", "function": {"type": "no-info", "function": function}}
    return Described(core, written)


NAME_PATTERN: Final = r"^[a-z][a-z0-9]*([-_][a-z0-9]+)*$"
JOB_PATTERN: Final = rf"{NAME_PATTERN[:-1]}(/{NAME_PATTERN[1:-1]})?$"
ALERT_PATTERN: Final = r"^[A-Z][A-Za-z0-9]*$"
METRIC_PATTERN: Final = r"^[a-zA-Z_:][a-zA-Z0-9_:]*$"
LABEL_PATTERN: Final = r"^[a-zA-Z_][a-zA-Z0-9_]*$"
HOST_PATTERN: Final = r"^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$"
EMAIL_PATTERN: Final = r"^[^\s@]+@[A-Za-z0-9.-]+$"
DASHBOARD_PATTERN: Final = rf"^({URL_PATTERN[1:-1]}|/\S*|{JOB_PATTERN[1:-1]})$"
ZONE_PATTERN: Final = r"^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*$"

Name = Annotated[str, text_of(NAME_PATTERN, "tabular-api", max_length=63)]
"""Lower-case words joined by ``-`` or ``_``."""
JobName = Annotated[str, text_of(JOB_PATTERN, "vacuum", "tabular/vacuum", max_length=127)]
"""A job of the same service by its name, or one of another service: ``service/job``."""
AlertName = Annotated[str, text_of(ALERT_PATTERN, "HighCPUUsage", max_length=100)]
"""Words in camel case, the first letter a capital."""
MetricName = Annotated[str, text_of(METRIC_PATTERN, "tabular_api_requests_total", max_length=200)]
"""A Prometheus metric name."""
LabelName = Annotated[str, text_of(LABEL_PATTERN, "instance", max_length=100)]
"""A Prometheus label name."""
Text = Annotated[str, text_of()]
"""Text that is not empty."""
Query = Annotated[str, text_of(None, "sum(rate(tabular_errors_total[5m]))", max_length=20_000)]
"""A PromQL expression; its syntax is checked by `query/syntax`."""
Host = Annotated[str, text_of(HOST_PATTERN, "api1", max_length=253)]
"""A host name or an address without a port."""
Target = Annotated[str, text_of(HOST_PORT_PATTERN, "node1.example.org:9100", max_length=260)]
"""A host and a port."""
Url = Annotated[str, readable_text(text_of(URL_PATTERN, "https://ops.example.org/tabular"))]
"""An http or https address without credentials in it."""
DashboardText = Annotated[
    str,
    readable_text(text_of(DASHBOARD_PATTERN, "performance", "performance/errors", "/d/another")),
]
"""A dashboard of the spec, or a panel of it, by name; or an address, or a path below
`service.links.dashboards`, of one that is made elsewhere."""
Email = Annotated[str, text_of(EMAIL_PATTERN, "ops@example.org", max_length=254)]
"""A mail address."""
FilePath = Annotated[str, text_of(r"^/[^\x00]*$", "/var/log/tabular")]
"""An absolute path of the host."""
UrlPath = Annotated[str, text_of(r"^/\S*$", "/metrics")]
"""The path of an http address."""
Version = Annotated[str, text_of(r"^[0-9]{1,4}\.[0-9]{1,4}(\.[0-9]{1,4})?$", "2.42", max_length=20)]
"""A version number, quoted: ``"2.42"``."""
Zone = Annotated[str, text_of(ZONE_PATTERN, "UTC", "Europe/Berlin", max_length=64)]
"""An IANA time zone."""
Flag = Annotated[bool, Described({"type": "bool", "strict": True}, {"type": "boolean"})]
"""``true`` or ``false``."""
Count = Annotated[int, whole_of(0, 10**12)]
"""A whole number, not negative."""
Positive = Annotated[int, whole_of(1, 10**12)]
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
    parsed_by(
        _one_or_more_paths,
        {
            "anyOf": [_PATH_SCHEMA, {"type": "array", "items": _PATH_SCHEMA, "minItems": 1}],
            "examples": ["/var/log/tabular/*.log", ["/tmp/tabular", "/var/tmp/tabular"]],  # noqa: S108  # what a spec says
        },
    ),
]
"""One absolute path or pattern, or a list of them."""
