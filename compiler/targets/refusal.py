"""What a target says to a schedule that it cannot mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from runtime.contract.frozen import Frozen, frozen
from runtime.contract.units import format_duration

if TYPE_CHECKING:
    from collections.abc import Callable

DAY_SECONDS: Final = 86_400


@frozen
class Refusal(Frozen):
    """Why a target cannot mean the instants of a schedule, and the nearest that it could mean."""

    reason: str
    help: str


def nearest_interval(seconds: int, can: Callable[[int], bool]) -> str:
    """Given an interval and whether a target can say one, return a help line with the nearest.

    Only intervals that divide a day are tried: they are what people read without counting.
    """
    unit = 1 if seconds % 60 else 60
    divisors = [one for one in range(unit, DAY_SECONDS + 1, unit) if DAY_SECONDS % one == 0]
    found = [one for one in divisors if can(one)]
    advice = "choose an interval that divides an hour or a day"
    if not found:
        return advice
    # By ratio: 50m is as far from 1h as 1h is from 72m; of two as near, the one that runs more.
    best = min(found, key=lambda one: (max(one / seconds, seconds / one), one))
    return f"{advice}; the nearest is `every {format_duration(best)}`"
