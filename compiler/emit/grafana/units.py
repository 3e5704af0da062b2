"""Units of the spec, as Grafana calls them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from compiler.model.metrics import Unit

UNITS: Final[Mapping[Unit | None, str]] = {
    None: "short",
    "ratio": "percentunit",
    "seconds": "s",
    "timestamp": "dateTimeFromNow",
    "bytes": "bytes",
    "bytes_per_second": "binBps",
    "per_second": "cps",
    "count": "short",
    "boolean": "bool_yes_no",
    "score": "none",
}
