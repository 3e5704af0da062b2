"""SLIs: every kind becomes expressions that promtool can read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.compiler.lower.specs import plan_of, shop

if TYPE_CHECKING:
    from compiler.lower.slo.plan import Sli, SloPlan


def slo(said: str) -> SloPlan | None:
    """Return the plan of an SLO that says this."""
    plan = plan_of(shop(f"slos:\n  it: {{objective: 99%, {said}}}\n"))
    return plan.slos[0] if plan.slos else None


def sli(said: str) -> Sli:
    """Return how an SLO counts."""
    made = slo(said)
    assert made is not None
    return made.sli


def test_bad_events_are_told_apart_by_labels() -> None:
    """The matchers come behind those of the total."""
    made = sli("""events: {total: 'r_total{job="api"}', bad: {status: {matches: "5.."}}}""")

    assert 'sum (rate(r_total{job="api"}[$window]))' == made.total
    assert 'sum (rate(r_total{job="api", status=~"5.."}[$window]))' == made.bad
    assert made.is_bounded


def test_good_events_are_counted_where_bad_ones_are_not() -> None:
    """They may be more than there are: another metric counts them."""
    made = sli("events: {total: r_total, good: good_total}, by: [method, path]")

    assert "sum by (method, path) (rate(good_total[$window]))" == made.good
    assert made.bad is None
    assert not made.is_bounded


@pytest.mark.parametrize(
    ("query", "is_bounded"), [("(x >= bool 0.8)", True), ("x >= 0.8", False), ("x * 2", False)]
)
def test_only_a_comparison_is_surely_true_or_false(query: str, is_bounded: bool) -> None:  # noqa: FBT001  # a parameter of the test
    """Of other gauges nobody knows: the guard watches them."""
    assert is_bounded == sli(f"boolean: {{of: {query}}}").is_bounded


def test_a_whole_query_keeps_its_own_range() -> None:
    """It is summed by the labels of `by` once more."""
    made = sli("""events: {total: 'a(rate(x[$window]))', bad: 'sum(increase(y[$window]))'}""")

    assert ("sum (a(rate(x[$window])))", "sum (sum(increase(y[$window])))") == (
        made.total,
        made.bad,
    )


@pytest.mark.parametrize(
    "said",
    [
        "events: {total: 'rate(x[5m])', bad: {a: b}}",
        "events: {total: x, bad: 'rate(x[5m])'}",
        "events: {total: 'sum(rate(x[$window]))', bad: {a: b}}",
        "latency: {of: 'sum(x)', under: 1s}",
        "composite: {worst_of: [other]}",
    ],
)
def test_what_cannot_be_counted_is_left_out(said: str) -> None:
    """A rule says why."""
    assert slo(said) is None


@pytest.mark.parametrize(
    ("under", "expected"),
    [
        ("500ms", 'le="0.5"'),
        ("1s", r'le=~"1|1\\.0"'),
        ("10s", r'le=~"10|10\\.0"'),
        ("2500ms", 'le="2.5"'),
    ],
)
def test_a_boundary_is_found_however_a_client_writes_it(under: str, expected: str) -> None:
    """Go writes 1, Python 1.0."""
    made = sli(f"latency: {{of: 'd_seconds{{a=\"b\"}}', under: {under}}}")

    assert f'sum (rate(d_seconds_bucket{{a="b", {expected}}}[$window]))' == made.good
    assert 'sum (rate(d_seconds_count{a="b"}[$window]))' == made.total


def test_a_native_histogram_has_no_buckets_to_name() -> None:
    """A share of nothing is left out."""
    made = sli("latency: {of: d_seconds, under: 1s, native: true}")

    assert "histogram_count(sum (rate(d_seconds[$window])))" == made.total
    assert (
        "(histogram_fraction(0, 1, sum (rate(d_seconds[$window]))) >= 0)"
        " * histogram_count(sum (rate(d_seconds[$window])))" == made.good
    )


def test_a_share_is_asked_with_its_range_or_at_every_evaluation() -> None:
    """What is no number is left out, and what is no share kept in bounds."""
    ranged = sli("""ratio: {bad: 'avg_over_time(x[$window])'}""")
    sampled = sli("ratio: {good: x}")

    expected = "(clamp(avg (avg_over_time(x[$window])), -1, 2) >= -1)"
    assert (expected, False) == (ranged.bad, ranged.is_sampled)
    assert ("(clamp(avg (x), -1, 2) >= -1)", True) == (sampled.good, sampled.is_sampled)
    assert "(clamp(avg (x), -1, 2) >= -1) * 0 + 1" == sampled.total


def test_a_gauge_is_counted_by_its_samples() -> None:
    """Series with what is no number are left out; what is no selector is asked every time."""
    plain = sli("""boolean: {of: 'up{job="x"}'}""")
    query = sli("boolean: {of: 'min by (a) (up)'}, by: [a]")

    true = 'sum_over_time(up{job="x"}[$window]) > -Inf < Inf'
    assert f'sum (count_over_time(up{{job="x"}}[$window]) and {true})' == plain.total
    assert (f"sum ({true})", False) == (plain.good, plain.is_rate)
    assert "count by (a) ((min by (a) (up)) >= 0)" == query.total


def test_what_is_renewed_is_bad_when_it_is_old() -> None:
    """The newest of its series counts, where it is a time at all."""
    made = sli("freshness: {of: t_seconds, under: 90m}")

    assert "(time() - max (t_seconds)) > bool 5400" == made.bad
    assert "(max (t_seconds) > -Inf < Inf) * 0 + 1" == made.total


def test_runs_of_a_job_are_those_that_opsrun_counts() -> None:
    """Missed runs are bad, skipped ones are none."""
    made = sli("job: tidy")

    assert (
        'sum (rate(opsrun_job_runs_total{service="shop", job_name="tidy", outcome!="skipped"}'
        '[$window]) or rate(opsrun_job_missed_total{service="shop", job_name="tidy"}[$window]))'
        == made.total
    )


def test_a_composite_takes_the_shares_of_its_parts() -> None:
    """The worst, or the average by weight of those that have events."""
    text = """
    slos:
      a: {objective: 99%, events: {total: x_total, bad: {e: "1"}}}
      b: {objective: 99%, events: {total: y_total, bad: {e: "1"}}, window: 6h}
      worst: {objective: 99%, composite: {worst_of: [a, b]}}
      mean: {objective: 99%, composite: {weighted: {a: 3, b: 1}}}
    """
    made = {each.name: each.sli for each in plan_of(shop(text)).slos}
    a = 'slo:sli_error:ratio_rate5m{slo_id="shop-a"}'
    b = 'slo:sli_error:ratio_rate2m{slo_id="shop-b"}'

    assert f"max ({a} or {b})" == made["worst"].bad
    assert f"sum ({a} * 3 or {b} * 1)" == made["mean"].bad
    assert f"sum ({a} * 0 + 3 or {b} * 0 + 1)" == made["mean"].total


@pytest.mark.parametrize(
    "said",
    [
        'events: {total: "rate(a[$window])HERE", bad: "rate(b[$window])HERE"}',
        'events: {total: "a_totalHERE", bad: {code: "500"}}',
        'latency: {of: "a_secondsHERE", under: 1s}',
        'ratio: {bad: "a / bHERE"}',
        'boolean: {of: "upHERE"}',
        'boolean: {of: "min(up)HERE"}',
        'freshness: {of: "a_secondsHERE", under: 1h}',
    ],
)
def test_a_comment_in_a_query_ends_nothing_of_what_stands_around_it(said: str) -> None:
    """What is written behind a query is no part of its last comment."""
    assert sli(said.replace("HERE", "")) == sli(said.replace("HERE", " # all of them"))
