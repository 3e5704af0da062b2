"""Pictures say in words what they show, and stay inside their frames."""

from __future__ import annotations

import re
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from runtime.journal.overview import Ran
from runtime.status.pictures import HEIGHT, STEP, durations, shares, strip
from tests.runtime.turned_clock import START


def ran(outcome: str | None, seconds: float | None = 1.0) -> Ran:
    """Return an occurrence that ended so."""
    return Ran(
        due_at=START - timedelta(hours=1),
        manual=False,
        outcome=outcome,
        exit_code=0,
        reason="",
        duration_seconds=seconds,
    )


def test_a_strip_counts_its_outcomes_the_latest_on_the_right() -> None:
    """What is bad is its own shape, with the instant; all that is well is one path."""
    found = strip([ran("ok"), ran("missed"), ran("ok"), ran(None)], 10)

    assert found is not None
    assert "Last 4 runs: 2 ok, 1 missed, 1 running" == found.words
    assert ["ok", "missed", "running"] == [one.kind for one in found.bars]
    assert "M26 24v-14M34 24v-14" == found.bars[0].path
    assert "2026-03-02T11:00:00Z: missed" == found.bars[1].title


def test_nothing_is_drawn_of_nothing() -> None:
    """A job that never ran has no picture, and one run is no course of durations."""
    assert None is strip([], 30)
    assert None is durations([ran("ok")], None, 30)
    assert None is durations([ran("missed", None)] * 5, None, 30)
    assert None is shares([None, None], 0.8, "cpu")


def test_durations_say_what_is_usual() -> None:
    """The expected duration is a line, where it is in the picture."""
    found = durations([ran("ok", 1), ran("ok", 4), ran("ok", 2)], 8, 30)

    assert found is not None
    assert found.words == ("Durations of 3 runs: median 2s, longest 4s, last 2s, expected 8s")
    assert 2 == found.limit
    assert 30 * STEP == found.width


@given(
    st.lists(st.floats(0, 1e9), min_size=2, max_size=30),
    st.none() | st.floats(0, 1e9),
)
def test_a_line_stays_in_its_frame(seconds: list[float], expected: float | None) -> None:
    """Whatever the durations are, zero among them."""
    found = durations([ran("ok", one) for one in seconds], expected, 30)

    assert found is not None
    points = [tuple(map(float, one.split(","))) for one in found.points.split()]
    assert len(seconds) == len(points)
    assert all(0 <= x <= found.width and 0 <= y <= HEIGHT for x, y in points)


@given(st.lists(st.none() | st.floats(0, 1), max_size=1000))
def test_a_long_course_is_thinned_to_its_worst(values: list[float | None]) -> None:
    """A thousand samples are no more points than fit, and the highest peak is among them."""
    found = shares(values, 0.8, "cpu")
    known = [value for value in values if value is not None]

    if found is not None:
        points = found.points.split()
        assert len(points) <= 60
        assert f"to {max(known) * 100:.0f}%" in found.words
        assert not re.search("nan|inf", found.points)
