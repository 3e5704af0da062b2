"""How long attempts wait, and how long a run takes at most."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.contract.plan import Retries
from runtime.retry import longest_seconds, longest_wait_seconds, wait_seconds
from tests.runtime import plans

RETRIES = st.builds(
    Retries,
    attempts=st.integers(1, 12),
    base_seconds=st.floats(0.001, 10_000),
    cap_seconds=st.floats(0.001, 10_000),
)


@given(RETRIES, st.integers(1, 10_000), st.floats(0, 1))
def test_a_wait_is_between_nothing_and_the_cap(
    retries: Retries, failures: int, fraction: float
) -> None:
    """No wait is negative, and none is longer than the cap, after however many failures."""
    assert 0 <= wait_seconds(retries, failures, fraction) <= retries.cap_seconds


@given(RETRIES, st.integers(1, 50))
def test_the_longest_wait_doubles_until_the_cap(retries: Retries, failures: int) -> None:
    """The longest wait is the published formula."""
    expected = min(retries.cap_seconds, retries.base_seconds * 2 ** (failures - 1))

    assert expected == longest_wait_seconds(retries, failures)


@given(RETRIES, st.integers(1, 50), st.floats(0, 1))
def test_jitter_is_full(retries: Retries, failures: int, fraction: float) -> None:
    """A wait is that share of the longest one, from none of it to all."""
    expected = fraction * longest_wait_seconds(retries, failures)

    assert expected == wait_seconds(retries, failures, fraction)


@given(RETRIES, st.lists(st.floats(0, 1), min_size=12, max_size=12))
def test_no_run_outlasts_the_bound(retries: Retries, fractions: list[float]) -> None:
    """A run that waits until the deadline and uses every attempt and grace stays within."""
    job = plans.loaded_job(
        {"a": plans.disk("/")}, start_deadline_seconds=70, timeout_seconds=60, stop_grace_seconds=5
    )
    waits = (
        wait_seconds(retries, failures, fractions[failures - 1])
        for failures in range(1, retries.attempts)
    )
    took = 70 + retries.attempts * 65 + sum(waits)
    with_retries = replace(job, retries=retries)

    assert took <= longest_seconds(with_retries) * (1 + 1e-12)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, 100 + 60 + 10),
        ({"catch_up": "all", "catch_up_limit": 3}, 100 + 3 * 70),
        ({"catch_up": "once", "catch_up_limit": 3}, 100 + 70),
        ({"retries": {"attempts": 3}}, 100 + 3 * 70 + 30 + 60),
        (
            {"retries": {"attempts": 5, "base_seconds": 50, "cap_seconds": 120}},
            100 + 5 * 70 + 50 + 100 + 120 + 120,
        ),
        (
            {"retries": {"attempts": 10**9, "base_seconds": 1, "cap_seconds": 1}},
            100 + 10**9 * 70 + 10**9 - 1,
        ),
        (
            {"retries": {"attempts": 2}, "catch_up": "all", "catch_up_limit": 2},
            100 + 2 * (2 * 70 + 30),
        ),
    ],
)
def test_the_bound_adds_up(fields: dict[str, object], expected: float) -> None:
    """Deadline, attempts, waits and occurrences are all counted."""
    job = plans.loaded_job({"a": plans.disk("/")}, start_deadline_seconds=100, **fields)

    assert expected == longest_seconds(job)
