"""What a check finds, and what it is judged by: measured values and their limits."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterable, Mapping
    from decimal import Decimal

    from runtime.clock import Clock

Status: TypeAlias = Literal["healthy", "degraded", "unhealthy", "error"]

ORDER: Final[tuple[Status, ...]] = ("healthy", "degraded", "unhealthy", "error")
"""The statuses from best to worst: the last is no answer in time, or none at all."""


class CheckError(Exception):
    """There is nothing to judge; the text is for people and holds no secret."""


@frozen
class Answer(Frozen):
    """What one check found; `response_seconds` is None where nothing was timed.

    `values` are plain numbers in base units, by names that end in their unit.
    """

    status: Status
    message: str
    response_seconds: float | None = None
    version: str | None = None
    values: Mapping[str, float] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Line:
    """What a check asks on: a clock, the time it has, and the socket that ends it when closed."""

    clock: Clock
    seconds: float
    socket: socket.socket | None = None


@frozen
class Limit(Frozen):
    """A measured value, its words, and from (or, of what is free, below) where it is worse."""

    value: float
    said: str
    degraded: Decimal | float | None
    unhealthy: Decimal | float | None
    is_floor: bool = False

    @property
    def status(self) -> Status:
        """How the value is."""
        if self._is_met(self.unhealthy):
            return "unhealthy"
        return "degraded" if self._is_met(self.degraded) else "healthy"

    def _is_met(self, limit: Decimal | float | None) -> bool:
        if limit is None:
            return False
        return self.value < limit if self.is_floor else self.value >= limit


def judged(
    limits: Iterable[Limit],
    *,
    healthy: str,
    response_seconds: float | None = None,
    version: str | None = None,
    values: Mapping[str, float] | None = None,
) -> Answer:
    """Given measured values, return the answer: the worst of them, and all that are as bad."""
    found = tuple(limits)
    worst = max((limit.status for limit in found), key=ORDER.index, default=ORDER[0])
    bad = [limit.said for limit in found if limit.status == worst]
    return Answer(
        status=worst,
        message=healthy if worst == "healthy" else ", ".join(bad),
        response_seconds=response_seconds,
        version=version,
        values=values or {},
    )


def slow(seconds: float, degraded: float | None, unhealthy: float | None = None) -> Limit:
    """Given a response time, return it as a value with its limits."""
    status_limit = unhealthy if unhealthy is not None and seconds >= unhealthy else degraded
    return Limit(
        value=seconds,
        said=f"slower than {status_limit:g}s" if status_limit is not None else "",
        degraded=degraded,
        unhealthy=unhealthy,
    )
