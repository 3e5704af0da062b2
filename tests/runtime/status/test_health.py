"""How a service is follows from what its checks found last, and from how long ago that is."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from runtime.status.health import CheckStatus, Health, checks_of, worst
from tests.runtime import plans
from tests.runtime.turned_clock import START

KEY = "tabular/tidy"


def checked(
    answers: Any, *, at: datetime | None = START, now: datetime = START, optional: bool = False
) -> tuple[CheckStatus, ...]:
    """Return the check `api`, made every minute, and what it found."""
    step = plans.ask("http://127.0.0.1/")
    step["parameters"]["checks"]["api"]["optional"] = optional
    plan = plans.loaded(plans.job({"check": step}, schedule="every 1m", timeout_seconds=30))
    found = {} if at is None else {(KEY, "check"): (at, {"checks": answers})}
    return checks_of(plan, found, now)


def test_a_check_is_as_its_answer_says() -> None:
    """With its message, its version and what was measured."""
    answer = {
        "status": "degraded",
        "message": "slower than 1s",
        "response_seconds": 1.5,
        "version": "1.4.0",
        "values": {"lag_seconds": 3.0},
    }

    (found,) = checked({"api": answer})

    assert ("degraded", "slower than 1s", START) == (found.status, found.message, found.at)
    assert (1.5, "1.4.0", {"lag_seconds": 3.0}) == (
        found.response_seconds,
        found.version,
        found.values,
    )


@pytest.mark.parametrize("answers", [{}, None, [], {"gone": {"status": "healthy"}}, {"api": 3}])
def test_a_check_that_was_never_made_is_unknown(answers: Any) -> None:
    """Also where the journal has an answer of another shape, or of another plan."""
    assert ["unknown"] == [one.status for one in checked(answers)]
    assert ["unknown"] == [one.status for one in checked({}, at=None)]


@pytest.mark.parametrize(("seconds", "status"), [(210, "healthy"), (211, "unknown")])
def test_an_answer_that_is_too_old_says_nothing(seconds: int, status: str) -> None:
    """Three times the interval, and the time that the job may take."""
    later = START + timedelta(seconds=seconds)

    (found,) = checked({"api": {"status": "healthy", "message": ""}}, now=later)

    assert status == found.status


def test_an_answer_of_no_known_status_is_an_error() -> None:
    """What is not understood is not taken for well."""
    (found,) = checked({"api": {"status": "fine"}})

    assert "error" == found.status


@pytest.mark.parametrize(("status", "weighed"), [("healthy", "healthy"), ("error", "degraded")])
def test_an_optional_check_makes_the_whole_degraded_at_most(status: str, weighed: str) -> None:
    """It is told of as bad as it is."""
    (found,) = checked({"api": {"status": status}}, optional=True)

    assert (status, weighed) == (found.status, found.weighed)


@pytest.mark.parametrize(
    ("statuses", "whole"),
    [
        ([], "unknown"),
        (["unknown", "unknown"], "unknown"),
        (["healthy", "healthy"], "healthy"),
        (["healthy", "unknown"], "degraded"),
        (["healthy", "degraded"], "degraded"),
        (["degraded", "unhealthy"], "unhealthy"),
        (["healthy", "error"], "unhealthy"),
    ],
)
def test_the_whole_is_as_bad_as_the_worst(statuses: list[Health], whole: str) -> None:
    """Healthy, degraded, unhealthy: and what is not known is not healthy."""
    assert whole == worst(statuses)
