"""A clock that tests turn."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

START = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
"""A Monday, at noon."""


class TurnedClock:
    """Stands still until it is turned; sleeping turns it."""

    def __init__(self, instant: datetime = START) -> None:
        self.instant = instant

    def now(self) -> datetime:
        """Return the instant that the clock was turned to."""
        return self.instant

    def monotonic(self) -> float:
        """Return the seconds since the start."""
        return (self.instant - START).total_seconds()

    def sleep(self, seconds: float) -> None:
        """Turn the clock."""
        self.turn(seconds)

    def turn(self, seconds: float) -> None:
        """Turn the clock on, or back."""
        self.instant += timedelta(seconds=seconds)
