"""Where the time comes from: one protocol, so that a test can turn the clock."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """The time, in the three senses that a runner needs."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""

    def monotonic(self) -> float:
        """Return seconds that never run backwards."""

    def sleep(self, seconds: float) -> None:
        """Wait."""


class SystemClock:
    """The machine's clock."""

    __slots__ = ()

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return seconds since an arbitrary start."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait in real time."""
        time.sleep(seconds)


def to_text(instant: datetime) -> str:
    """Given an aware instant, return it in UTC as fixed-width text that sorts by time."""
    return _iso(instant, "microseconds")


def from_text(text: str) -> datetime:
    """Given ISO 8601 text with a zone, return the instant in UTC. Raise `ValueError` otherwise."""
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError(f"`{text}` has no time zone; write it as 2026-03-01T02:00:00Z")
    try:
        return instant.astimezone(UTC)
    except OverflowError:
        raise ValueError(f"`{text}` lies outside the years 1 to 9999 of UTC") from None


def short(instant: datetime) -> str:
    """Given an aware instant, return it for people: UTC, to the second."""
    return _iso(instant, "seconds")


def _iso(instant: datetime, precision: str) -> str:
    return instant.astimezone(UTC).isoformat(timespec=precision).replace("+00:00", "Z")
