"""Regular expressions as Prometheus and Alertmanager read them."""

from __future__ import annotations

import pytest

from compiler.targets.pattern import fits, problem


@pytest.mark.parametrize(
    "pattern",
    [
        r"api[0-9]+",
        r"\pL+\z",
        r"\p{Greek}",
        r"[]a]+",
        r"[[:alpha:]_]+",
        r"[\d.]+",
        r"(?i)api",
        r"(?P<n>a)b",
        r"[(?]x",
        r"\x{41}\.",
    ],
)
def test_what_re2_reads_is_a_pattern(pattern: str) -> None:
    """Python's own engine is not asked: it knows some of these not."""
    assert problem(pattern) is None


@pytest.mark.parametrize(
    "pattern",
    ["api[0-9", "(?!db).*", "(?<=a)b", r"(a)\1", "a)|(b", "x{", "\\", "(a{1000}){1000}"],
)
def test_what_re2_does_not_read_is_none(pattern: str) -> None:
    """Look-around, references to what was found, and what is not whole."""
    assert problem(pattern) is not None


@pytest.mark.parametrize(
    "pattern", ["[a&&b]", "[a[b]]", "(?x) a", r"\<a", r"\Bx", r"\Qa\E", "(?<n>a)"]
)
def test_what_is_not_read_alike_is_none(pattern: str) -> None:
    """A pattern that one engine reads otherwise than another cannot be simulated."""
    assert problem(pattern) is not None


@pytest.mark.parametrize(
    ("pattern", "value", "is_fitting"),
    [
        ("5..", "503", True),
        ("5..", "5033", False),
        ("a|b", "ab", False),
        (r"\d", "٣", False),
        (r"\w+", "é", False),
        (r"\pL+", "é", True),
        (r"\bx\b", "x", True),
        ("", "", True),
        ("[", "[", False),
    ],
)
def test_the_whole_value_fits(pattern: str, value: str, *, is_fitting: bool) -> None:
    """Patterns are anchored, their classes are of ASCII, and one that is none fits nothing."""
    assert is_fitting == fits(pattern, value)
