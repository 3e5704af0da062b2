"""Selectors are told from other queries, read alike with and without the parser, and written."""

from __future__ import annotations

import pytest

from compiler.model.values import Matcher
from compiler.promql.selector import Selector, is_plain, quoted, selector, selectors, split
from compiler.promql.window import read


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a_total", Selector(metric="a_total")),
        (" a_total{} ", Selector(metric="a_total")),
        (
            'a{b="c", d!~"e|}"}',
            Selector(metric="a", matchers=(("b", Matcher("=", "c")), ("d", Matcher("!~", "e|}")))),
        ),
        ('a{b="c\\"d"}', Selector(metric="a", matchers=(("b", Matcher("=", 'c"d')),))),
        ("a{b='c'}", Selector(metric="a", matchers=(("b", Matcher("=", "c")),))),
        ("a_total # all of them", Selector(metric="a_total")),
        ("a[5m]", None),
        ("a offset 5m", None),
        ("rate(a[5m])", None),
        ('sum(a{b="c"})', None),
        ("1", None),
        ("inf", None),
        ("a{b=}", None),
        ("", None),
    ],
)
def test_selector_is_told_from_other_queries(text: str, expected: Selector | None) -> None:
    """Names with matchers are selectors, however their texts are quoted."""
    assert expected == selector(text)


@pytest.mark.parametrize("text", ['a{b="c",}', 'a{b="c", d=~"e.*"}', "a:b:c", "a{b!='c'}"])
def test_selector_is_what_the_parser_reads(text: str) -> None:
    """What is read without the parser is read alike."""
    query = read(f"({text})")

    assert query is not None
    assert selectors(f"({text})") == (selector(text),)


def test_pattern_is_left_to_the_parser() -> None:
    """A regular expression may be broken, which only the parser knows."""
    assert (True, False, False) == (is_plain('a{b="c"}'), is_plain('a{b=~"["}'), is_plain("sum(a)"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x_total", ("x_total", "")),
        (' x_total { a="}", } ', ("x_total", 'a="}"')),
        ('x{a="\\""}', ("x", 'a="\\""')),
        ("sum(x)", None),
        ("x[5m]", None),
        ('x{a="b"} or y{a="c"}', None),
        ("", None),
    ],
)
def test_a_selector_is_split_as_it_is_written(text: str, expected: tuple[str, str] | None) -> None:
    """Its metric, and what stands between the braces."""
    assert expected == split(text)


def test_texts_are_quoted_as_promql_does() -> None:
    """Backslashes, quotes, line ends."""
    assert '"a\\\\b\\"c\\nd"' == quoted('a\\b"c\nd')
