from __future__ import annotations

import pytest

from compiler.check.measures import Selector, is_plain, possible, read, selector, selectors
from compiler.model.values import Matcher


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
    "matcher",
    [
        Matcher("=", "200"),
        Matcher("=", ""),
        Matcher("=", "other"),
        Matcher("=~", "2..|5.."),
        Matcher("!~", "2.."),
        Matcher("!=", "200"),
        Matcher("=~", "(?-i:x"),
    ],
)
def test_matcher_is_possible_where_a_declared_value_meets_it(matcher: Matcher) -> None:
    """Anchored, as Prometheus reads it; what cannot be read here is left alone."""
    assert possible(("200", "404"), matcher)


@pytest.mark.parametrize(
    "matcher", [Matcher("=", "201"), Matcher("=~", "5.."), Matcher("=~", "20"), Matcher("!~", ".*")]
)
def test_matcher_is_impossible_where_none_does(matcher: Matcher) -> None:
    """Nor `other`, nor the empty text of a label that is not there."""
    assert not possible(("200", "404"), matcher)
