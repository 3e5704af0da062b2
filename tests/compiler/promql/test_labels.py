from __future__ import annotations

import pytest

from compiler.promql.labels import AllExcept, Known, Labels, labels_of
from compiler.promql.parse import parse
from compiler.promql.tree import Query


def known(*labels: str) -> Labels:
    """Return the set of at most these labels."""
    return Known(frozenset(labels))


def all_except(*labels: str) -> Labels:
    """Return the set of any labels but these."""
    return AllExcept(frozenset(labels))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x", all_except()),
        ('x{a=""}', all_except("a")),
        ("sum(x)", known()),
        ("sum by (a, b) (x)", known("a", "b")),
        ('sum by (a, b) (x{a=""})', known("b")),
        ("sum by (a) (sum by (b) (x))", known()),
        ("sum without (a) (x)", all_except("a", "__name__")),
        ("topk by (a) (3, x)", all_except()),
        ('count_values("version", x)', known("version")),
        ("rate(x[5m])", all_except()),
        ("max_over_time(sum by (a) (x)[1h:5m])", known("a")),
        ("time()", known()),
        ("vector(1)", known()),
        ("hour()", known()),
        ("hour(x)", all_except()),
        ('absent(x{job="a", b=~"c"})', known("job")),
        ("absent(sum(x))", known()),
        ("histogram_quantile(0.9, sum by (le, a) (rate(x[5m])))", known("a")),
        ('label_replace(sum(x), "host", "$1", "a", ".*")', known("host")),
        ('label_join(x, "host", "-", "a")', all_except()),
        ("x + 1", all_except()),
        ("1 - sum by (a) (x)", known("a")),
        ("sum by (a) (x) > 5", known("a")),
        ("sum by (a) (x) / sum by (a) (y)", known("a")),
        ("x / on (a) y", known("a")),
        ("x / ignoring (a) y", all_except("a")),
        ("x * on (a) group_left (b) y", all_except()),
        ("sum by (a) (x) * on (a) group_left (b) y", known("a", "b")),
        ("x * on (a) group_right () sum by (a, c) (y)", known("a", "c")),
        ("sum by (a) (x) and y", known("a")),
        ("sum by (a) (x) or sum by (b) (y)", known("a", "b")),
        ("x unless on (a) y", all_except()),
        ("-(sum by (a) (x))", known("a")),
        ("scalar(x) + sum by (a) (y)", known("a")),
    ],
)
def test_labels_that_an_expression_leaves(text: str, expected: Labels) -> None:
    """A label counts as dropped only where no series can carry it out."""
    query = parse(text)

    assert isinstance(query, Query)
    assert expected == labels_of(query.tree)
