"""Bounds: which queries cannot count wrongly."""

from __future__ import annotations

import pytest

from compiler.lower.slo.bounds import is_part, is_share


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [
        ('x{a="b"}', "x", True),
        ('x{c="d",a="b"}', 'x{a="b"}', True),
        ('sum by (m) (rate(x{a="b"}[$window]))', "x", True),
        ('x{a="b"}', 'x{c="d"}', False),
        ("x", 'x{a="b"}', False),
        ('x{a="b"}', 'x{a=~"b"}', False),
        ("x", "y", False),
        ("x offset 5m", "x", False),
        ("sum(increase(x[$window]))", "x", False),
        ("sum(rate(x[1m]))", "x", False),
        ("max(rate(x[$window]))", "x", False),
        ("x[", "x", False),
    ],
)
def test_a_part_has_all_matchers_of_the_whole(part: str, whole: str, expected: bool) -> None:  # noqa: FBT001  # a parameter of the test
    """And is counted as it is."""
    assert expected == is_part(part, whole)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ('sum(rate(x{a="b"}[$window])) / sum(rate(x[$window]))', True),
        ('1 - (sum(rate(x{a="b"}[$window])) / sum(rate(x[$window])))', True),
        ("sum(rate(x[$window])) / sum(rate(y[$window]))", False),
        ("2 - sum(rate(x[$window])) / sum(rate(x[$window]))", False),
        ("sum(rate(x[$window]))", False),
        ("x", False),
    ],
)
def test_a_share_divides_a_part_by_its_whole(query: str, expected: bool) -> None:  # noqa: FBT001  # a parameter of the test
    """Or is what is left of one."""
    assert expected == is_share(query)
