"""Variables of Grafana in a query: which there are, and the query that Prometheus could be asked.

`$name`, `${name}` and `${name:format}` are variables, in texts of a query too; `[[name]]` is none,
since it is an old form that no query needs.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

BUILTIN: Final = frozenset(
    (
        *("__interval", "__interval_ms", "__range", "__range_s", "__range_ms"),
        *("__rate_interval", "__from", "__to", "__name", "__org", "__user", "__dashboard"),
    )
)
"""What Grafana sets by itself."""

_VARIABLE: Final = re.compile(r"\$(?:\{([a-zA-Z_]\w*)(?:[:.][^}\n]*)?\}|([a-zA-Z_]\w*))")
_TEXT: Final = re.compile(r'"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'|`[^`]*`|#[^\n]*')
_BEFORE_DURATION: Final = re.compile(r"(?:[\[:]|\boffset\s*-?)\s*\Z")


@frozen(kw_only=False)
class Use(Frozen):
    """A variable's name, and its characters in the query, 0-indexed, end exclusive."""

    name: str
    start: int
    end: int


def uses(query: str) -> Iterator[Use]:
    """Given a query, yield each use of a variable, in order."""
    for found in _VARIABLE.finditer(query):
        yield Use(found[1] or found[2], found.start(), found.end())


def without_variables(query: str) -> str:
    """Given a query, return it with numbers in the place of variables, as many characters long.

    Durations stand where one is meant. In texts variables stay, which are text to Prometheus.
    """
    if "$" not in query:
        return query
    texts = [found.span() for found in _TEXT.finditer(query)]
    parts: list[str] = []
    end = 0
    for use in uses(query):
        if any(start <= use.start < stop for start, stop in texts):
            continue
        before = query[: use.start]
        number = "5m" if _BEFORE_DURATION.search(before) else "5"
        parts.extend((query[end : use.start], number.rjust(use.end - use.start, "0")))
        end = use.end
    return "".join(parts) + query[end:]
