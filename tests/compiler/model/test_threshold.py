from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, get_args

import pytest

from compiler.model.metrics import Unit
from compiler.model.threshold import DIMENSIONS, threshold_problem
from compiler.model.values import Quantity

if TYPE_CHECKING:
    from compiler.model.values import Dimension


@pytest.mark.parametrize(
    ("value", "dimension", "unit", "is_sound"),
    [
        ("0.8", "ratio", "ratio", True),
        ("0.8", "number", "ratio", False),
        ("0", "number", "ratio", True),
        ("0", "number", "seconds", True),
        ("300", "number", "seconds", False),
        ("300", "seconds", "seconds", True),
        ("300", "seconds", "timestamp", False),
        ("1024", "bytes", "bytes_per_second", True),
        ("5", "number", "count", True),
        ("0.05", "ratio", "count", False),
        ("1", "number", "boolean", True),
        ("2", "number", "boolean", False),
        ("0.8", "ratio", None, True),
    ],
)
def test_threshold_fits_the_unit_of_its_value(
    value: str, dimension: Dimension, unit: Unit | None, *, is_sound: bool
) -> None:
    """A quantity of another dimension is objected to; zero needs no unit."""
    problem = threshold_problem(Quantity(Decimal(value), dimension, value), unit)

    assert is_sound is (problem is None)


def test_every_unit_has_its_dimension() -> None:
    """A new unit says how its thresholds are written."""
    assert set(get_args(Unit)) == set(DIMENSIONS)
