from __future__ import annotations

import pytest

from compiler.promql.parse import parse
from compiler.promql.tree import Query
from compiler.promql.variables import Use, uses, without_variables


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("rate(x[$interval])", "rate(x[00000005m])"),
        ("rate(x[${interval}])", "rate(x[0000000005m])"),
        ("max_over_time(x[1h:$step] offset $off)", "max_over_time(x[1h:0005m] offset 005m)"),
        ("topk($n, x)", "topk(05, x)"),
        ('x{a=~"$b"} > $limit', 'x{a=~"$b"} > 000005'),
        ("x # $interval", "x # $interval"),
        ('x{a="\\"$b"} + $c', 'x{a="\\"$b"} + 05'),
        ("x", "x"),
    ],
)
def test_numbers_stand_where_variables_stood(query: str, expected: str) -> None:
    """Durations in ranges, numbers elsewhere, texts untouched; and no character moves."""
    found = without_variables(query)

    assert expected == found
    assert len(query) == len(found)
    assert isinstance(parse(found), Query)


def test_every_use_is_found_with_its_place() -> None:
    """Also in texts, with formats, and beside each other; `$1` of a replacement is none."""
    query = 'x{a=~"$b", c="${d:regex}$e"} + label_replace(y, "z", "$1", "w", "(.*)")'
    names = [(use.name, query[use.start : use.end]) for use in uses(query)]

    assert [("b", "$b"), ("d", "${d:regex}"), ("e", "$e")] == names
    assert [Use("a", 0, 2)] == list(uses("$a"))
