from __future__ import annotations

import pytest

from compiler.promql import shape
from compiler.promql.fault import SyntaxFault
from compiler.promql.parse import parse
from compiler.promql.tokens import tokenize


@pytest.mark.parametrize(
    ("text", "is_loose"),
    [
        ("up", False),
        ("a + b", False),
        ("a == b", True),
        ("a and b", True),
        ("(a == b)", False),
        ("sum by (a) (b > 1)", False),
        ("x{a!='b'}", False),
        ("a OR b", True),
    ],
)
def test_query_that_binds_more_loosely_than_a_comparison(text: str, *, is_loose: bool) -> None:
    """Only operators outside of all brackets count."""
    assert is_loose is shape.binds_loosely(text)


@pytest.mark.parametrize(
    ("largest", "too_large"),
    [
        (
            "(" * shape.MAX_NESTING + "x" + ")" * shape.MAX_NESTING,
            "(" * (shape.MAX_NESTING + 1) + "x" + ")" * (shape.MAX_NESTING + 1),
        ),
        ("-" * shape.MAX_SIGNS + "x", "-" * (shape.MAX_SIGNS + 1) + "x"),
        ("+".join(["x"] * 200), "+".join(["x"] * (shape.MAX_OPERATORS + 2))),
        ('x{a=~"b{99}"}', 'x{a=~"' + "b{99}" * 100 + '"}'),
        ("x" * shape.MAX_CHARACTERS, "x" * (shape.MAX_CHARACTERS + 1)),
    ],
)
def test_limits_of_a_query(largest: str, too_large: str) -> None:
    """What is within the limits is read, what is beyond is refused with a word about it."""
    refused = parse(too_large)

    assert not isinstance(parse(largest), SyntaxFault)
    assert isinstance(refused, SyntaxFault)
    assert refused.is_limit


def test_operators_of_matchers_are_no_operators() -> None:
    """A selector with many matchers is as cheap as it looks."""
    _cost, refusal = shape.weight(tokenize("x{" + ",".join(['a!="b"'] * 300) + "}"))

    assert refusal is None
