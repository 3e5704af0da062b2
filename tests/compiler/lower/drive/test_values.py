"""Label values for matchers."""

from __future__ import annotations

import pytest

from compiler.lower.drive.values import accepted, refused
from compiler.lower.drive.world import Matcher


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("5..", "500"),
        ("a|b", "a"),
        ("(eu|us)-[12]+", "eu-1"),
        ("x{3}", "xxx"),
        (r"\d+", "1"),
        (".+", "0"),
        ("[^a-z]+", "0"),
        (r"web\.example\.org", "web.example.org"),
    ],
)
def test_a_pattern_has_a_value(pattern: str, expected: str) -> None:
    """One that it accepts is written out of it, or one that is at hand."""
    assert expected == accepted([Matcher("l", "=~", pattern)], [])[0]


def test_the_catalogue_goes_first() -> None:
    """A value that the label takes is better than one made up."""
    assert ["502", "503"] == accepted([Matcher("l", "=~", "5..")], ["200", "502", "503"])[:2]


@pytest.mark.parametrize(
    ("matcher", "expected"),
    [
        (Matcher("l", "=", "a"), "other"),
        (Matcher("l", "!=", "a"), "a"),
        (Matcher("l", "=~", ".*"), None),
        (Matcher("l", "!~", "lo|veth.*"), "lo"),
    ],
)
def test_a_matcher_has_what_it_refuses(matcher: Matcher, expected: str | None) -> None:
    """Nothing, where it refuses nothing."""
    assert expected == refused(matcher, [], [])
