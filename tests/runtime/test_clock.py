from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.clock import SystemClock, from_text, short, to_text

INSTANTS = st.datetimes(timezones=st.just(UTC))


@given(INSTANTS)
def test_text_leads_back_to_the_instant(instant: datetime) -> None:
    """Nothing is lost on the way through the journal."""
    assert instant == from_text(to_text(instant))


@given(INSTANTS, INSTANTS)
def test_texts_sort_as_their_instants(one: datetime, other: datetime) -> None:
    """The journal compares text."""
    assert (one < other) == (to_text(one) < to_text(other))


def test_texts_are_in_utc() -> None:
    """Whatever the zone of the instant."""
    instant = datetime(2026, 3, 2, 1, 30, tzinfo=timezone(timedelta(hours=2)))

    assert short(instant) == "2026-03-01T23:30:00Z"


def test_text_without_a_zone_is_refused() -> None:
    """Nobody can tell which instant it means."""
    with pytest.raises(ValueError, match="no time zone"):
        from_text("2026-03-02T02:00:00")


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_text_that_has_no_instant_in_utc_is_refused(text: str) -> None:
    """The ends of time are reached sooner in other zones."""
    with pytest.raises(ValueError, match="outside the years 1 to 9999"):
        from_text(text)


def test_the_systems_clock_is_aware_and_runs_on() -> None:
    """Its instants have a zone, its seconds do not run back."""
    clock = SystemClock()
    before = clock.monotonic()
    clock.sleep(0)

    assert clock.now().tzinfo is UTC
    assert clock.monotonic() >= before
