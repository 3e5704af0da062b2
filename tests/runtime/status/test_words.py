"""Numbers are told as people say them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from runtime.status.words import number_of, relative, share, size, span
from tests.runtime.turned_clock import START


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0s"),
        (0.0004, "0s"),
        (0.0421, "42ms"),
        (1, "1s"),
        (2.25, "2.2s"),
        (9.99, "10s"),
        (59.4, "59s"),
        (59.6, "1min"),
        (61, "1min 1s"),
        (3600, "1h"),
        (3661, "1h 1min"),
        (86_400 + 59, "1d"),
        (90_061, "1d 1h"),
        (400 * 86_400.0, "400d"),
    ],
)
def test_a_span_has_two_units_at_most(seconds: float, said: str) -> None:
    """Nobody reads the seconds of a day."""
    assert said == span(seconds)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "now"),
        (-20, "20s ago"),
        (89, "in 1min 29s"),
        (-3598, "1h ago"),
        (3 * 3600 + 100, "in 3h 2min"),
        (-17 * 3600 - 1700, "17h ago"),
        (5 * 86_400 + 15 * 3600, "in 5d 15h"),
        (-40.4 * 86_400, "40d ago"),
    ],
)
def test_a_distance_is_as_exact_as_it_is_near(seconds: float, said: str) -> None:
    """Before and after are told apart by their words."""
    assert said == relative(START + timedelta(seconds=seconds), START)


@pytest.mark.parametrize(
    ("number", "said"), [(0, "0 B"), (1023, "1023 B"), (1536, "1.5 KiB"), (2.0**31, "2.0 GiB")]
)
def test_a_size_has_the_unit_that_suits_it(number: float, said: str) -> None:
    """Three digits are enough."""
    assert said == size(number)


def test_shares_and_numbers() -> None:
    """A share that is not known has no number."""
    assert ["85%", "-"] == [share(0.849), share(None)]
    assert ["1 job", "12,000 jobs", "2 more"] == [
        number_of(1, "job"),
        number_of(12_000, "job"),
        number_of(2, "one more", "more"),
    ]
