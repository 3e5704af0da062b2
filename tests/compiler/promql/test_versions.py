from __future__ import annotations

import pytest

from compiler.promql.functions import AGGREGATIONS, FUNCTIONS
from compiler.promql.versions import newer_parts


@pytest.mark.parametrize(
    ("text", "version", "expected"),
    [
        ("rate(up[5m])", "2.42", []),
        ("limitk(3, up)", "2.42", ["limitk"]),
        ("limitk by (job) (3, up)", "2.42", ["limitk"]),
        ("limitk", "2.42", []),
        ("holt_winters(up[5m], 0.5, 0.5)", "2.42.1", []),
        ("holt_winters(up[5m], 0.5, 0.5)", "3.0", ["holt_winters"]),
        ("rate(up[300])", "2.42", ["300"]),
        ("rate(up[300])", "3.1", []),
        ("up offset 300", "2.42", ["300"]),
        ("up offset -5m", "2.42", []),
        ("up > 5m", "2.42", ["5m"]),
        ("up[5m:1m] @ 1.5e9", "2.42", []),
        ('{"a.b"}', "2.42", ['"a.b"']),
        ('up{a="b", c=~"d"}', "2.42", []),
    ],
)
def test_what_a_version_cannot_read(text: str, version: str, expected: list[str]) -> None:
    """Functions, aggregations and forms are found where they stand."""
    assert expected == [text[part.start : part.end] for part in newer_parts(text, version)]


def test_experimental_function_is_only_behind_a_flag() -> None:
    """A version that has it refuses it all the same, until it is told otherwise."""
    (part,) = newer_parts("sort_by_label(up, 'job')", "3.1")

    assert part.is_flag_only


def test_names_are_functions_or_aggregations() -> None:
    """No name is both."""
    assert set() == set(FUNCTIONS) & set(AGGREGATIONS)
