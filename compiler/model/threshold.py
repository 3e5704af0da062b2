"""Whether a threshold can be compared with a value: both enter, an objection leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from compiler.model.metrics import Unit
    from compiler.model.values import Dimension, Quantity

DIMENSIONS: Final[Mapping[Unit, Dimension]] = {
    "ratio": "ratio",
    "seconds": "seconds",
    "timestamp": "number",
    "bytes": "bytes",
    "bytes_per_second": "bytes",
    "per_second": "number",
    "count": "number",
    "boolean": "number",
    "score": "number",
}
"""How a threshold of each unit is written."""

_FORMS: Final[Mapping[Dimension, str]] = {
    "number": "a plain number, such as `100`",
    "ratio": "a proportion, such as `80%`",
    "seconds": "a duration, such as `500ms` or `5m`",
    "bytes": "a size, such as `10GiB`",
}


def threshold_problem(quantity: Quantity, unit: Unit | None) -> str | None:
    """Given a threshold and the unit of the value, return how it should be written, or None.

    Zero needs no unit. A value without a unit is compared with anything, in the base unit.
    """
    if unit is None or (quantity.dimension == "number" and quantity.value == 0):
        return None
    wanted = DIMENSIONS[unit]
    if quantity.dimension != wanted:
        return f"write {_FORMS[wanted]}: the value is in `{unit}`"
    if unit == "boolean" and quantity.value not in (0, 1):
        return "write `0` or `1`: the value is one of them"
    return None
