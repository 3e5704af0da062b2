"""What numbers are called for people: times from now, durations, sizes, shares; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime

_UNITS: Final = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))

_ROUGH: Final = ((90, 1), (36_000, 60), (864_000, 3_600))
"""Up to how many seconds a distance is told to how many seconds."""

_SIZES: Final = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")


def span(seconds: float) -> str:
    """Given seconds, return about how long that is, in two units at most: `2h 5min`, `0.4s`."""
    if seconds < 0.0005:
        return "0s"
    if seconds < 1:
        return f"{round(seconds * 1000)}ms"
    if seconds < 10:
        return f"{seconds:.1f}".removesuffix(".0") + "s"
    rest = round(seconds)
    parts = []
    for length, unit in _UNITS:
        count, rest = divmod(rest, length)
        if count:
            parts.append(f"{count}{unit}")
        elif parts:
            break
    return " ".join(parts[:2])


def relative(at: datetime, now: datetime) -> str:
    """Given an instant and the time, return how far away it is: `in 5min`, `2d 3h ago`."""
    seconds = (at - now).total_seconds()
    if abs(seconds) < 1:
        return "now"
    rough = _rounded(abs(seconds))
    return f"in {span(rough)}" if seconds > 0 else f"{span(rough)} ago"


def _rounded(seconds: float) -> float:
    """Return a distance in time as exactly as somebody cares for one of its length."""
    step = next((step for most, step in _ROUGH if seconds < most), 86_400)
    return float(round(seconds / step) * step)


def size(number: float) -> str:
    """Given bytes, return them in the unit that suits them."""
    value, step = number, 0
    while value >= 1024 and step < len(_SIZES) - 1:
        value, step = value / 1024, step + 1
    digits = 0 if step == 0 or value >= 100 else 1
    return f"{value:.{digits}f} {_SIZES[step]}"


def share(ratio: float | None) -> str:
    """Given a fraction of one, return it per cent; a dash for none."""
    return "-" if ratio is None else f"{ratio * 100:.0f}%"


def number_of(count: int, one: str, more: str = "") -> str:
    """Given a number and what is counted, return both: `1 job`, `12,000 jobs`."""
    return f"{count:,} {one if count == 1 else more or f'{one}s'}"
