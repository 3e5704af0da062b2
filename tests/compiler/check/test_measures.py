from __future__ import annotations

import pytest

from compiler.check.measures import possible
from compiler.model.values import Matcher


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
