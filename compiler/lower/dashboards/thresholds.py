"""What alerts compare a value with, as steps of colour: alerts enter, steps leave.

Between two thresholds a value has one meaning: that of the gravest alert it sets off. Alerts that
compare for (in)equality are about single values: of a state these are 0 and 1.
"""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from compiler.lower.dashboards.plan import Step

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from compiler.lower.dashboards.plan import Colour
    from compiler.lower.plan import AlertPlan, Severity

COLOURS: Final[Mapping[Severity, Colour]] = {
    "info": "blue",
    "warning": "orange",
    "critical": "red",
}
GRAVITY: Final[Sequence[Colour]] = ("green", "blue", "orange", "red")

_HOLDS: Final[Mapping[str, Callable[[Decimal, Decimal], bool]]] = {
    ">": lambda value, threshold: value > threshold,
    "<": lambda value, threshold: value < threshold,
    ">=": lambda value, threshold: value >= threshold,
    "<=": lambda value, threshold: value <= threshold,
    "==": lambda value, threshold: value == threshold,
    "!=": lambda value, threshold: value != threshold,
}
_EXACT: Final = ("==", "!=")


def steps_of(alerts: Iterable[AlertPlan]) -> tuple[Step, ...]:
    """Given alerts about one value, return its steps, ascending; none without alerts."""
    found = [alert for alert in alerts if _is_drawn(alert)]
    starts = sorted({start for alert in found for start in _starts(alert)})
    if not starts:
        return ()
    return merged([None, *starts], [_meaning(found, value) for value in _samples(starts, found)])


def merged(starts: Sequence[Decimal | None], colours: Sequence[Colour]) -> tuple[Step, ...]:
    """Given where steps begin, ascending, and their colours, return them without needless ones."""
    steps: list[Step] = []
    for start, colour in zip(starts, colours, strict=True):
        if not steps or steps[-1].colour != colour:
            steps.append(Step(start, colour))
    return tuple(steps)


def _is_drawn(alert: AlertPlan) -> bool:
    comparison = alert.comparison
    is_state = comparison.unit == "boolean"
    return not alert.is_no_data and (comparison.operator not in _EXACT or is_state)


def _starts(alert: AlertPlan) -> tuple[Decimal, ...]:
    comparison = alert.comparison
    return (Decimal(0), Decimal(1)) if comparison.operator in _EXACT else (comparison.threshold,)


def _samples(starts: Sequence[Decimal], alerts: Sequence[AlertPlan]) -> list[Decimal]:
    """Return a value of each step: states are looked at themselves, others between two starts."""
    if any(alert.comparison.operator in _EXACT for alert in alerts):
        return [starts[0] - 1, *starts]
    between = [(low + high) / 2 for low, high in pairwise(starts)]
    return [starts[0] - 1, *between, starts[-1] + 1]


def _meaning(alerts: Sequence[AlertPlan], value: Decimal) -> Colour:
    colours = [
        COLOURS[alert.severity]
        for alert in alerts
        if _HOLDS[alert.comparison.operator](value, alert.comparison.threshold)
    ]
    return max(colours, key=GRAVITY.index, default="green")
