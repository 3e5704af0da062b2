"""Which alerts are driven, by construct, and what their tests show."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from compiler.lower.drive.driver import Undrivable, drive
from compiler.lower.plan import Comparison
from compiler.model.metrics import Metric
from tests.compiler.emit import plans

if TYPE_CHECKING:
    from compiler.lower.alert_test import AlertTest
    from compiler.lower.plan import Operator

METRICS = {
    "requests_total": Metric(counter="Requests", labels={"status": ("200", "500")}),
    "seconds": Metric(histogram="Durations", buckets=(0.1, 1, 5)),
}


def driven(
    query: str,
    operator: Operator = ">",
    threshold: str = "0.8",
    unit: Any = None,
    version: str = "2.42",
    **changes: Any,
) -> tuple[AlertTest, ...] | Undrivable:
    """Return what becomes of an alert on a query."""
    comparison = Comparison(
        query=query, operator=operator, threshold=Decimal(threshold), threshold_text="", unit=unit
    )
    alert = replace(
        plans.alert(),
        comparison=comparison,
        expression=f"({query}) {operator} {threshold}",
        **changes,
    )
    return drive(alert, plans.group(alert), METRICS, version)


@pytest.mark.parametrize(
    "query",
    [
        "x",
        'x{a="b", c=~"5..", d!="e", f!~"g|h"}',
        "x / y",
        "1 - x / y",
        "(x + 1) * 2 - 3",
        "-x + 9",
        "abs(x)",
        "clamp(x, 0, 9)",
        "clamp_max(x, 9)",
        "sum(x)",
        "avg by (instance) (x)",
        "min without (cpu) (x)",
        "sum by (a) (x) / on (a) sum by (a) (y)",
        "x / on (instance) group_left (zone) y",
        "max(max by (a) (x))",
        "rate(x_total[5m])",
        "irate(x_total[5m])",
        "increase(x_total[5m])",
        "delta(x[5m])",
        "avg_over_time(x[5m])",
        "max_over_time(x[5m] offset 1h)",
        'sum(rate(requests_total{status="500"}[5m])) / sum(rate(requests_total[5m]))',
        "histogram_quantile(0.99, sum by (le) (rate(seconds_bucket[5m])))",
        "histogram_quantile(0.5, rate(other_bucket[5m]))",
        "time() - x",
        "time() - (x > 0)",
        "x and y > 3",
        "x unless y > 3",
        "x and on (instance) z == 1",
        "x or y",
    ],
)
@pytest.mark.parametrize("version", ["2.42", "3.0"])
def test_a_construct_is_driven(query: str, version: str) -> None:
    """It fires over its threshold, and does not under it."""
    tests = driven(query, version=version)

    assert not isinstance(tests, Undrivable)
    assert tests[0].shows.startswith("fires ")
    assert any(test.shows.startswith("does not fire ") for test in tests)


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("max_over_time(avg(x)[10m:1m])", "it holds a subquery"),
        ("predict_linear(x[6h], 60)", "it calls `predict_linear`"),
        ("x @ 0", "it looks at a fixed time with `@`"),
        ('{job="a"}', "a selector names no metric"),
        ("vector(1)", "it asks for no metric"),
        ("stddev(x)", "it aggregates with `stddev`"),
        ("x atan2 y", "it calculates with `atan2`"),
        ('x{a=~"b", a!~"b"}', "no value was found that all matchers of `a` accept"),
        ("abs(x) + 1", "no series was found whose level decides it"),
        ("max_over_time(x[90d] offset 1m)", None),
    ],
)
def test_what_cannot_be_driven_says_why(query: str, reason: str | None) -> None:
    """Each has its reason, for whoever has to write the test."""
    tests = driven(query)

    assert reason == (tests.reason if isinstance(tests, Undrivable) else None)


@pytest.mark.parametrize(
    ("operator", "threshold", "shows"),
    [
        ("<", "0.1", ["fires at 5% over, and recovers", "does not fire at 5% under"]),
        (">", "0", ["fires beyond zero, and recovers", "does not fire at 5% under"]),
        ("<", "-4", ["fires at 5% over, and recovers", "does not fire at 5% under"]),
        ("==", "0", ["fires at 0, and recovers", "does not fire at 1"]),
        ("==", "1", ["fires at 1, and recovers", "does not fire at 0"]),
        ("!=", "0", ["fires at 1, and recovers", "fires at -1, and recovers"]),
        (">=", "1", ["fires at 5% over, and recovers", "fires at its threshold, and recovers"]),
    ],
)
def test_each_operator_has_two_sides(operator: Operator, threshold: str, shows: list[str]) -> None:
    """A number below zero, zero, and equality have theirs too."""
    tests = driven("x", operator, threshold)

    assert not isinstance(tests, Undrivable)
    assert shows == [test.shows for test in tests][:2]


def test_a_ratio_stays_one() -> None:
    """Nothing is driven over 100%."""
    tests = driven("x", ">", "0.98", "ratio")

    assert not isinstance(tests, Undrivable)
    assert "0.99" in tests[0].series[0].values


def test_a_count_stays_whole() -> None:
    """There are six things, or five, and not five and a quarter."""
    tests = driven("x", ">", "5", "count")

    assert not isinstance(tests, Undrivable)
    assert " 6+0x" in tests[0].series[0].values


def test_an_alert_fires_after_its_wait_and_not_before() -> None:
    """`for` and `keep_firing_for` are looked at from both sides."""
    tests = driven("x", for_seconds=300, keep_firing_for_seconds=120)

    assert not isinstance(tests, Undrivable)
    looked = [(each.at_seconds, bool(each.firing)) for each in tests[0].expectations]
    # Two evaluations of calm, every 30 s; calm again from 450 s on, and 120 s more.
    assert [(330, False), (360, True), (540, True), (570, False), (630, False)] == looked


def test_an_older_server_keeps_nothing_firing() -> None:
    """Where `keep_firing_for` is left out of the rules, the tests know."""
    tests = driven("x", version="2.41", for_seconds=300, keep_firing_for_seconds=120)

    assert not isinstance(tests, Undrivable)
    assert [False, True, True, False, False] == [bool(e.firing) for e in tests[0].expectations]
    assert tests[0].expectations[3].at_seconds == 450


def test_labels_and_annotations_are_those_of_the_alert() -> None:
    """The rule's labels go over the series', and templates are rendered with the value."""
    tests = driven(
        "sum by (instance, owner) (x)",
        labels={"owner": "storage"},
        annotations={"summary": "{{ $labels.instance }} of {{ $labels.owner }}"},
    )

    assert not isinstance(tests, Undrivable)
    (firing,) = tests[0].expectations[1].firing
    assert {"instance": "host-1", "owner": "storage"} == firing.labels
    assert {"summary": "host-1 of owner-1"} == firing.annotations


def test_annotations_that_the_last_bit_decides_are_left_out() -> None:
    """A sum is added in an order that Prometheus does not promise."""
    raw = {"summary": "{{ $value }}"}
    summed, plain = driven("sum(x)", annotations=raw), driven("x", annotations=raw)

    assert not isinstance(summed, Undrivable)
    assert not isinstance(plain, Undrivable)
    assert summed[0].expectations[1].firing[0].annotations is None
    assert {"summary": "0.84"} == plain[0].expectations[1].firing[0].annotations


def test_missing_series_are_what_a_no_data_alert_is_about() -> None:
    """It fires once they are gone, and not for a neighbour that is still there."""
    changes: dict[str, Any] = {"is_no_data": True, "expression": 'absent(x{job="a"})'}
    alert = replace(plans.alert(), annotations={}, labels={}, **changes)
    tests = drive(alert, plans.group(alert), {}, "2.42")

    assert not isinstance(tests, Undrivable)
    assert [
        "fires when its series is missing, and recovers",
        "does not fire while its series is there",
    ] == [test.shows for test in tests]
    assert {"job": "a"} == tests[0].expectations[1].firing[0].labels


def test_the_same_alert_gives_the_same_tests() -> None:
    """Nothing is left to chance."""
    assert driven("sum by (zone, instance) (rate(x_total[5m]))") == driven(
        "sum by (zone, instance) (rate(x_total[5m]))"
    )
