from __future__ import annotations

import pytest

from compiler.promql.narrow import narrowed

MATCHER = 'i=~"$i"'


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("up", 'up{i=~"$i"}'),
        ("up{}", 'up{i=~"$i"}'),
        ('up{job="a"}', 'up{i=~"$i", job="a"}'),
        ('{__name__=~"a.*"}', '{i=~"$i", __name__=~"a.*"}'),
        ("sum by (i) (rate(x[5m]))", 'sum by (i) (rate(x{i=~"$i"}[5m]))'),
        ("sum(rate(x[$interval])) by (job)", 'sum(rate(x{i=~"$i"}[$interval])) by (job)'),
        ("a / on (i) group_left (b) c", 'a{i=~"$i"} / on (i) group_left (b) c{i=~"$i"}'),
        ("a and ignoring (b) c", 'a{i=~"$i"} and ignoring (b) c{i=~"$i"}'),
        ("max_over_time(up[1h:5m] offset 5m) > bool 3", None),
        ("x > Inf unless time() - y * nan", 'x{i=~"$i"} > Inf unless time() - y{i=~"$i"} * nan'),
        ("# up\nup # up", '# up\nup{i=~"$i"} # up'),
        ("job:x:rate5m", 'job:x:rate5m{i=~"$i"}'),
        ("sum", 'sum{i=~"$i"}'),
        ("sum(", "sum("),
    ],
)
def test_each_selector_has_the_matcher(query: str, expected: str | None) -> None:
    """Names of metrics are told from functions, words, labels and what stands in comments."""
    if expected is None:
        expected = query.replace("up", 'up{i=~"$i"}')

    assert expected == narrowed(query, MATCHER)
