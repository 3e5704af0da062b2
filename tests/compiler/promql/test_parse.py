from __future__ import annotations

import pytest

from compiler.promql.fault import SyntaxFault
from compiler.promql.parse import MAX_KEPT_WEIGHT, _kept, parse
from compiler.promql.tree import Query, selectors


def marked(text: str) -> str:
    """Return what the caret of a query's fault is under, and the headline."""
    fault = parse(text)
    assert isinstance(fault, SyntaxFault)
    return f"{text[fault.start : fault.end]}: {fault.headline}"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("up", "vector"),
        ("up[5m]", "matrix"),
        ("rate(up[5m])[1h:]", "matrix"),
        ("1 + 2", "scalar"),
        ("-time()", "scalar"),
        ("(up) > 1", "vector"),
        ("scalar(up) * 2", "scalar"),
        ('"text"', "string"),
        ("holt_winters(up[1d], 0.5, 0.5)", "vector"),
    ],
)
def test_query_knows_what_it_returns(text: str, kind: str) -> None:
    """The result's kind follows from functions and operators."""
    query = parse(text)

    assert isinstance(query, Query)
    assert kind == query.kind


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ": the query is empty"),
        ("sum(up", "(: `(` is never closed"),
        ("sum(up))", "): `)` closes nothing"),
        ("rate(up[5m)", "): `)` cannot close `[`"),
        ("1 +", "+: the query ends after `+`"),
        ("up up", "up: `up` cannot follow `up`"),
        ("up = 1", "=: `=` compares nothing here"),
        ("up && up", "&: `&` is no operator"),
        ("a.b", ".: a name here has no dots"),
        ("x[]", "[]: a range without a duration"),
        ("x[0s]", "0s: a range of no length selects nothing"),
        ("x[5m:1m:1m]", ":: a range has one step"),
        ("x[-5m]", "-: `-` cannot stand in a range"),
        ('x{a="\\z"}', "\\z: `\\z` is no escape of a PromQL text"),
        ("x{a=“b”}", "“: `“` is not a quote of PromQL"),
        ("rates(x[5m])", "rates: PromQL has no function `rates`"),
        ("5 offset 5m", "offset: `offset` can only follow a selector"),
        ("x and on (a) group_left y", "group_left: a set operator takes no `group_left`"),
        ("x unless bool y", "bool: `bool` can only follow a comparison"),
        ("x + on (a) group_left (a) y", "a: `a` is matched on and copied at once"),
        ('x{__name__="y"}', "__name__: the metric's name is said twice"),
        ("sum by (a b) (x)", "sum by (a b) (x): this is not a PromQL query"),
    ],
)
def test_fault_of_a_query_has_its_place(text: str, expected: str) -> None:
    """The caret stands under what is wrong, and the headline says it."""
    assert expected == marked(text)


def test_wrong_argument_is_found_in_the_call_that_has_it() -> None:
    """Of several calls of one function the one that is wrong is marked."""
    text = "rate(a[5m]) + rate(b) + rate(c[5m])"
    fault = parse(text)

    assert isinstance(fault, SyntaxFault)
    assert text.index("rate(b)") == fault.start


def test_misspelled_function_is_offered_in_its_right_form() -> None:
    """Functions and aggregations are both offered."""
    faults = [parse("raet(x[5m])"), parse("smu(x)")]

    assert ["did you mean `rate`?", "did you mean `sum`?"] == [
        fault.label for fault in faults if isinstance(fault, SyntaxFault)
    ]


def test_what_is_kept_is_bounded() -> None:
    """Many queries do not fill the memory, and the same one is read once."""
    for number in range(2_000):
        parse(f"sum(rate(metric_{number}[5m])) / sum(rate(other_{number}[5m]))")

    assert _kept.total <= MAX_KEPT_WEIGHT
    assert parse("sum(rate(metric_1999[5m]))") is parse("sum(rate(metric_1999[5m]))")


def test_selectors_of_a_query_come_in_order() -> None:
    """Selectors in ranges, calls, operators and subqueries are all found."""
    query = parse("sum(rate(a[5m])) / -max_over_time((b + c)[1h:5m]) > scalar(d)")

    assert isinstance(query, Query)
    assert ["a", "b", "c", "d"] == [selector.name for selector in selectors(query.tree)]
