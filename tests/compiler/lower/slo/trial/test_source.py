"""Sources: raw series that make the events of an SLO good or bad."""

from __future__ import annotations

import pytest

from compiler.lower.slo.trial.course import Phase
from compiler.lower.slo.trial.source import Unplayable, source_of
from tests.compiler.lower.specs import plan_of, shop

COURSE = (Phase(2, 0), Phase(2, 0.25))


def played(said: str, values: dict[str, str] | None = None) -> dict[str, str]:
    """Return the series of an SLO by what they are called, of the smaller of two instances."""
    plan = plan_of(shop(f"slos:\n  it: {{objective: 99%, {said}}}\n"))
    source = source_of(plan.slos[0], {}, values or {}, {})
    assert not isinstance(source, Unplayable), source
    series = {each.series: each.values for each in source.play(COURSE, 1, 60)}
    return {name: values for name, values in series.items() if 'instance="one"' not in name}


def why(said: str) -> str:
    """Return why an SLO cannot be played."""
    plan = plan_of(shop(f"slos:\n  it: {{objective: 99%, {said}}}\n"))
    source = source_of(plan.slos[-1], {}, {}, {each.name: each for each in plan.slos})
    assert isinstance(source, Unplayable)
    return source.reason


def test_bad_events_and_the_others_are_two_series() -> None:
    """One that the matchers take, one that they do not; those of the smaller instance."""
    made = played("""events: {total: r_total, bad: {status: {matches: "5.."}}}""")

    assert {
        'r_total{instance="two", status="500"}': "0+0x0 0+0x1 250000+250000x1",
        'r_total{instance="two"}': "0+0x0 1000000+1000000x1 2750000+750000x1",
    } == made


def test_a_label_by_which_events_are_grouped_has_its_value() -> None:
    """On all series."""
    made = played("events: {total: r_total, bad: {status: '500'}}, by: [method]", {"method": "GET"})

    assert all('method="GET"' in series for series in made)


def test_good_events_are_counted_beside_all_of_them() -> None:
    """Another metric counts the whole."""
    made = played("events: {total: a_total, good: b_total}")

    assert "0+0x0 1000000+1000000x1 3000000+1000000x1" == made['a_total{instance="two"}']
    assert "0+0x0 1000000+1000000x1 2750000+750000x1" == made['b_total{instance="two"}']


def test_a_bucket_is_the_good_part_of_the_count() -> None:
    """Its boundary is one that the matcher takes."""
    made = played("latency: {of: d_seconds, under: 1s}")

    assert {
        'd_seconds_count{instance="two"}',
        'd_seconds_bucket{instance="two", le="1"}',
    } == set(made)


def test_moments_are_good_or_bad_as_a_whole() -> None:
    """A gauge that is compared with a number; a time that is now, or too long ago."""
    assert {"free": "0.21+0x2 0.19+0x1"} == played("boolean: {of: free > bool 0.2}")
    assert {"x": "0.84+0x2 0.76+0x1"} == played("boolean: {of: 'min(x) >= bool 0.8'}")
    assert {"t_seconds": "0+60x2 -7020+60x1"} == played("freshness: {of: t_seconds, under: 1h}")


def test_a_share_is_a_gauge_or_one_counter_by_another() -> None:
    """Turned where it is the good one, or taken from one."""
    assert {"x": "0+0x2 0.25+0x1"} == played("ratio: {bad: 'avg_over_time(x[$window])'}")
    assert {"x": "1+0x2 0.75+0x1"} == played("ratio: {bad: '1 - avg(x)'}")
    counted = played("ratio: {good: 'sum(rate(a[$window])) / sum(rate(b[$window]))'}")
    assert "0+0x0 1000000+1000000x1 2750000+750000x1" == counted['a{instance="two"}']


@pytest.mark.parametrize(
    "said",
    [
        "ratio: {bad: 'a * b'}",
        "events: {total: 'sum(rate(x[$window])) / 2', bad: 'sum(rate(y[$window]))'}",
        "boolean: {of: 'min(up) == bool max(up)'}",
        """events: {total: 'x{a="b"}', bad: 'x{a="c"}'}""",
    ],
)
def test_what_cannot_be_played_says_why(said: str) -> None:
    """A test of the spec's own stands in its place."""
    assert why(said)


def test_parts_that_want_different_things_of_one_series_cannot_be_played() -> None:
    """What is bad for one may be good for the other."""
    plan = plan_of(
        shop("""
    slos:
      a: {objective: 99%, ratio: {bad: x}}
      b: {objective: 99%, ratio: {good: x}}
      both: {objective: 99%, composite: {worst_of: [a, b]}}
    """)
    )
    slos = {each.name: each for each in plan.slos}

    assert Unplayable("its parts ask one series for different things") == source_of(
        slos["both"], {}, {}, slos
    )
