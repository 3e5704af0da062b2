"""The rules of an SLO, as text: joins that survive, floors, strata, calendars."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.lower.slo.rules import RulesOf
from tests.compiler.lower.specs import plan_of, shop

if TYPE_CHECKING:
    from compiler.lower.slo.plan import SloPlan

EVENTS = 'events: {total: r_total, bad: {status: "500"}}'


def slo(said: str, *, more: str = "") -> SloPlan:
    """Return the plan of the last SLO of a spec."""
    return plan_of(
        shop(f"slos:\n  a: {{objective: 99%, {EVENTS}}}\n  it: {{{said}}}\n{more}")
    ).slos[-1]


def records(made: SloPlan) -> dict[str, str]:
    """Return the expressions of an SLO by the series that they record."""
    rules = RulesOf(made)
    return {record.name: record.expression for record in (*rules.counts(), *rules.budget())}


def fires(made: SloPlan, kind: str) -> str:
    """Return when the alert of a kind fires."""
    (alert,) = (each for each in made.alerts if each.kind == kind)
    return RulesOf(made).expression(alert)


def test_bad_events_are_zero_until_their_series_appears() -> None:
    """Joined on the labels of `by` alone: what is recorded has more labels."""
    made = records(slo(f"objective: 99%, by: [method], {EVENTS}"))

    assert (
        'sum by (method) (rate(r_total{status="500"}[5m]))'
        ' or on (method) slo:sli_total:rate5m{slo_id="shop-it"} * 0' == made["slo:sli_bad:rate5m"]
    )
    assert (
        '(sum by (method) (rate(r_total{status="500"}[1h])) or on (method)'
        ' slo:sli_total:rate1h{slo_id="shop-it"} * 0)'
        ' / on (method) (slo:sli_total:rate1h{slo_id="shop-it"} > 0)'
        == made["slo:sli_error:ratio_rate1h"]
    )


def test_a_long_window_is_summed_by_the_labels_of_the_groups() -> None:
    """So that records from before and after a change of labels are added up."""
    made = records(slo(f"objective: 99%, {EVENTS}"))

    assert (
        'sum (sum_over_time(slo:sli_bad:rate5m{slo_id="shop-it"}[30d]))'
        ' / (sum (sum_over_time(slo:sli_total:rate5m{slo_id="shop-it"}[30d])) > 0)'
        == made["slo:sli_error:ratio_rate30d"]
    )


def test_a_shared_total_is_taken_from_where_it_is_counted() -> None:
    """The raw series are read once."""
    made = records(slo(f"objective: 95%, {EVENTS}"))

    assert 'sum (slo:sli_total:rate5m{slo_id="shop-a"})' == made["slo:sli_total:rate5m"]
    assert 'sum (slo:sli_total:rate2h{slo_id="shop-a"})' == made["slo:sli_total:rate2h"]


def test_thresholds_are_exact() -> None:
    """No float has touched them."""
    made = slo(f"objective: 99.9%, window: 28d, {EVENTS}")

    assert "> 0.01344 and ignoring" in fires(made, "page")
    assert "> 0.0028 and ignoring" in fires(made, "ticket")
    assert "> 0.001)" in fires(made, "ticket")


def test_each_stratum_has_its_threshold() -> None:
    """The values that have none of their own share one."""
    made = slo(f"objective: 99%, objectives: {{GET: 99.9%}}, by: [method], {EVENTS}")
    first, second, third, _fourth = fires(made, "page").split(" or\n")

    assert 'method="GET"} > 0.0144' in first
    assert 'method="GET"} > 0.006' in second
    assert 'method!="GET"} > 0.144' in third
    assert ["0.999", "0.99"] == [
        record.expression[7:-1]
        for record in RulesOf(made).budget()
        if record.name == "slo:objective:ratio"
    ]


def test_a_floor_counts_events_of_the_long_window() -> None:
    """Half an event is left to the extrapolation of rates."""
    made = slo(f"objective: 99%, {EVENTS}, alerts: {{floor: {{events: 100, errors: 3}}}}")
    quick, slow = fires(made, "page").split(" or\n")
    recorded = records(made)

    assert ' and on () slo:sli_total:count1h{slo_id="shop-it"} > 99.5' in quick
    assert ' and on () slo:sli_bad:count6h{slo_id="shop-it"} > 2.5' in slow
    total = 'sum (slo:sli_total:rate1h{slo_id="shop-it"}) * 3600'
    assert total == recorded["slo:sli_total:count1h"]
    share = 'sum (slo:sli_error:ratio_rate1h{slo_id="shop-it"})'
    assert f"{share} * on () {total}" == recorded["slo:sli_bad:count1h"]
    assert recorded["slo:sli_total:count6h"].endswith("[6h])) * 15")


def test_missing_data_is_told_for_each_value() -> None:
    """A value that was there within six hours, or nothing at all."""
    made = slo(f"objective: 99%, by: [method], {EVENTS}")

    assert (
        'max by (method) (present_over_time(slo:sli_total:rate5m{slo_id="shop-it"}[6h]))'
        ' unless on (method) slo:sli_total:rate5m{slo_id="shop-it"}'
        ' or on () absent(slo:sli_total:rate5m{slo_id="shop-it"})' == fires(made, "no_data")
    )


def test_a_share_without_traffic_is_not_missing() -> None:
    """What is asked is there, as no number."""
    made = slo("objective: 99%, ratio: {bad: 'a / b'}")

    assert "absent(a / b)" == fires(made, "no_data")


def test_excluded_moments_are_in_no_window() -> None:
    """Nor is their silence missing data."""
    made = slo(
        f"objective: 99%, {EVENTS}, excludes: [updates]",
        more="maintenance: {windows: {updates: {schedule: daily at 03:00, lasts: 1h}}}\n",
    )
    said = records(made)

    assert said["slo:sli_total:rate5m"].endswith('unless on () slo:excluded:bool{slo_id="shop-it"}')
    assert "sum_over_time" in said["slo:sli_error:ratio_rate30m"]
    assert "unless on () slo:excluded:bool" in fires(made, "no_data")


def test_a_calendar_period_is_the_one_of_today() -> None:
    """Also while the moments before are looked at; what ended with a period belongs to it."""
    made = records(slo(f"objective: 99%, {EVENTS}, calendar: [month]"))
    chosen = '{slo_id="shop-it", slo_window="month"}'
    number = f"slo:calendar_period:number{chosen}"

    assert (
        "year(vector(time() - 1)) * 12 + month(vector(time() - 1))"
        == made["slo:calendar_period:number"]
    )
    assert (
        f"sum (sum_over_time((slo:calendar_bad:sum1h{chosen} and on ()"
        f" ({number} == on () {number} @ end()))[31d:1h]))" == made["slo:calendar_bad:sum"]
    )
    assert (
        f"1 - slo:calendar_bad:sum{chosen} / (slo:calendar_total:sum{chosen} > 0) / 0.01"
        == made["slo:calendar_error_budget_remaining:ratio"]
    )


def test_sloth_writes_whole_weeks_as_weeks() -> None:
    """As Prometheus prints a duration."""
    made = records(slo(f"objective: 99%, window: 28d, compatibility: sloth, {EVENTS}"))

    assert "slo:sli_error:ratio_rate4w" in made
    assert (
        'max without (sloth_window) (slo:sli_error:ratio_rate4w{sloth_id="shop-it"}) / 0.01'
        == (made["slo:period_burn_rate:ratio"])
    )
