"""Numbers as Prometheus' templates make them readable, after its `template.go` of 2.42."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_LARGE: Final = ("k", "M", "G", "T", "P", "E", "Z", "Y")
_SMALL: Final = ("m", "u", "n", "p", "f", "a", "z", "y")
_BINARY: Final = ("ki", "Mi", "Gi", "Ti", "Pi", "Ei", "Zi", "Yi")
_INT64: Final = 2**63


def _short(value: float) -> str:
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "+Inf" if value > 0 else "-Inf"
    return f"{value:.4g}"


def _scaled(value: float, prefixes: tuple[str, ...], factor: float) -> tuple[float, str]:
    """Divide by a factor, prefix by prefix, while the number is large; or multiply."""
    used = ""
    for prefix in prefixes:
        if abs(value) < factor if factor > 1 else abs(value) >= 1:
            break
        used = prefix
        value = value / factor if factor > 1 else value * 1000
    return value, used


def humanize(value: float) -> str:
    """Return a number with a prefix of the metric system."""
    if value == 0 or not math.isfinite(value):
        return _short(value)
    scaled, prefix = _scaled(value, *((_LARGE, 1000.0) if abs(value) >= 1 else (_SMALL, 0.001)))
    return f"{scaled:.4g}{prefix}"


def humanize1024(value: float) -> str:
    """Return a number with a binary prefix."""
    if abs(value) <= 1 or not math.isfinite(value):
        return _short(value)
    scaled, prefix = _scaled(value, _BINARY, 1024.0)
    return f"{scaled:.4g}{prefix}"


def humanize_duration(value: float) -> str | None:
    """Return seconds as days, hours, minutes and seconds; None past what Go's int64 holds."""
    if not math.isfinite(value):
        return _short(value)
    if value == 0:
        return "0s"
    if abs(value) < 1:
        scaled, prefix = _scaled(value, _SMALL, 0.001)
        return f"{scaled:.4g}{prefix}s"
    if abs(value) >= _INT64:
        return None
    sign, value = ("-", -value) if value < 0 else ("", value)
    whole = int(value)
    seconds, minutes = whole % 60, whole // 60 % 60
    hours, days = whole // 3600 % 24, whole // 86400
    if days:
        return f"{sign}{days}d {hours}h {minutes}m {seconds}s"
    if hours:
        return f"{sign}{hours}h {minutes}m {seconds}s"
    if minutes:
        return f"{sign}{minutes}m {seconds}s"
    return f"{sign}{value:.4g}s"


def humanize_percentage(value: float) -> str:
    """Return a ratio in per cent."""
    return f"{_short(value * 100)}%"


def humanize_timestamp(value: float) -> str | None:
    """Return seconds since 1970 as a date and a time; None past what Go's nanoseconds hold.

    Prometheus counts whole nanoseconds, then whole milliseconds, cutting each towards 1970.
    """
    if not math.isfinite(value):
        return _short(value)
    nanoseconds = value * 1e9
    if abs(nanoseconds) >= _INT64:
        return None
    milliseconds = int(math.copysign(abs(int(nanoseconds)) // 1_000_000, value))
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)
    fraction = f".{moment.microsecond // 1000:03d}".rstrip("0") if moment.microsecond else ""
    return f"{moment:%Y-%m-%d %H:%M:%S}{fraction} +0000 UTC"


FORMATS: Final[dict[str, Callable[[float], str | None]]] = {
    "humanize": humanize,
    "humanize1024": humanize1024,
    "humanizeDuration": humanize_duration,
    "humanizePercentage": humanize_percentage,
    "humanizeTimestamp": humanize_timestamp,
}
"""Functions by their names in templates."""
