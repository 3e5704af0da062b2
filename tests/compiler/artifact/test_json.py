"""The JSON writer: exact numbers, the order given, and lines that are known."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compiler.artifact.artifact import LineRange
from compiler.artifact.json import write_json
from compiler.artifact.lines import Sourced
from compiler.lower.plan import Origin

scalars = st.one_of(
    st.text(max_size=20),
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
)
trees = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(trees)
def test_a_reader_gets_back_what_was_written(tree: Any) -> None:
    """Any tree of plain data survives the way through text."""
    assert tree == json.loads(write_json(tree)[0])


def test_numbers_are_exact_and_short() -> None:
    """Decimals are written digit by digit; a float that is whole has no point."""
    data = {"b": Decimal("0.10"), "a": 600.0, "c": 0.5, "d": ()}

    assert '{\n  "b": 0.10,\n  "a": 600,\n  "c": 0.5,\n  "d": []\n}\n' == write_json(data)[0]


def test_nodes_know_their_lines() -> None:
    """The lines of a sourced node are those it was written on."""
    origin = Origin(0, ("jobs", "a"))
    text, origins = write_json({"jobs": {"a": Sourced({"x": [1]}, origin)}})

    assert '{\n  "jobs": {\n    "a": {\n      "x": [\n        1\n      ]\n    }\n  }\n}\n' == text
    assert (LineRange(3, 7, origin),) == origins


@pytest.mark.parametrize("number", [Decimal("NaN"), float("inf")])
def test_a_number_that_is_not_finite_is_refused(number: object) -> None:
    """JSON has no word for it."""
    with pytest.raises(ValueError, match=r"JSON|finite"):
        write_json({"a": number})
