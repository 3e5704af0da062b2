"""How one job stands follows from its plan, its journal and the time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from runtime.clock import to_text
from runtime.journal.overview import End
from runtime.journal.record import ALL_JOBS, Hold
from runtime.status.dues import Dues
from runtime.status.job import PRESSING, STATES, JobStatus, Moment
from runtime.status.reading import View
from tests.runtime import plans
from tests.runtime.turned_clock import START

if TYPE_CHECKING:
    from collections.abc import Mapping

KEY = "tabular/tidy"
EVER = to_text(START - timedelta(days=30))


def stood(
    ends: Mapping[str, End] | None = None,
    *,
    now: datetime = START,
    view: Mapping[str, Any] | None = None,
    **fields: Any,
) -> JobStatus:
    """Return how a job stands that is due every hour, may start half of one late, as it ended."""
    said = {"schedule": "hourly at :00", "start_deadline_seconds": 1800, **fields}
    job = plans.loaded_job({"go": plans.command("/bin/true")}, **said)
    known = View(**{"ends": ends or {}, "since": {KEY: EVER}, **(view or {})})
    (status,) = Moment(view=known, dues=Dues({KEY: job}), now=now).jobs()
    return status


def ended(outcome: str, hours: float = 0.0) -> dict[str, End]:
    """Return that the job ended so, so many hours ago, when it was due."""
    at = to_text(START - timedelta(hours=hours))
    return {KEY: End(at, at, outcome)}


@pytest.mark.parametrize("outcome", ["ok", "failed", "timed out", "skipped"])
def test_a_job_that_is_on_time_stands_as_it_ended(outcome: str) -> None:
    """Nothing is owed until its next time."""
    found = stood(ended(outcome), now=START + timedelta(minutes=30))

    assert outcome == found.state
    assert START + timedelta(hours=1) == found.next_due_at
    assert (outcome in PRESSING) == found.is_pressing == (found.since is not None)


@pytest.mark.parametrize(
    ("seconds", "state"),
    [(0, "ok"), (60, "ok"), (61, "late"), (1800, "late"), (1801, "missed"), (3500, "missed")],
)
def test_a_start_that_does_not_come_is_late_and_then_missed(seconds: int, state: str) -> None:
    """A minute is given to it, and from the deadline on it cannot come any more."""
    found = stood(ended("ok", 1), now=START + timedelta(seconds=seconds))

    assert state == found.state
    assert (START if state != "ok" else None) == found.since


def test_jitter_is_not_late() -> None:
    """A start may be put off by as much as the plan says."""
    later = START + timedelta(minutes=10)

    assert "ok" == stood(ended("ok", 1), now=later, jitter_seconds=600).state
    assert "late" == stood(ended("ok", 1), now=later, jitter_seconds=500).state


def test_a_job_that_is_due_more_often_than_that_is_late_all_the_same() -> None:
    """It is late since the first instant that nothing ran, however near the last one is."""
    often: dict[str, Any] = {"schedule": "every 1m", "start_deadline_seconds": 600}

    found = stood(ended("ok"), now=START + timedelta(seconds=130), **often)

    assert ("late", START + timedelta(minutes=1)) == (found.state, found.since)


def test_nothing_is_owed_from_before_the_host_knew_the_job() -> None:
    """A new job, and one that never runs here, is not late; the first instant after that counts."""
    noon = {"since": {KEY: to_text(START)}}
    minute = {"since": {KEY: to_text(START + timedelta(seconds=1))}}
    later = START + timedelta(minutes=10)

    assert "never ran" == stood(now=later, view={"since": {}}).state
    assert "never ran" == stood(now=later, view=minute).state
    assert "late" == stood(now=later, view=noon).state


def test_what_another_host_may_have_run_is_not_owed() -> None:
    """Where one runs for all, the others know nothing of it."""
    lease = {"postgres": {"env": "LEASE"}}
    later = START + timedelta(minutes=50)

    assert "ok" == stood(ended("ok", 1), now=later, runs="one", lease=lease).state


def test_a_hold_of_all_jobs_holds_each() -> None:
    """What is held is not late."""
    hold = Hold(job=ALL_JOBS, since=START, until=None, reason="", held_by="anna")

    found = stood(ended("ok", 9), view={"holds": {ALL_JOBS: hold}})

    assert ("held", START, hold) == (found.state, found.since, found.hold)


def test_a_manual_job_is_never_due() -> None:
    """It has no next time, and is not late."""
    found = stood(schedule="manual")

    assert ("never ran", None) == (found.state, found.next_due_at)


def test_the_most_pressing_comes_first_and_what_waits_longest_before_it() -> None:
    """Late jobs stand on top, those at rest as they are due."""
    names = {
        "c-ok": "hourly at :30",
        "b-ok": "hourly at :20",
        "late": "hourly at :50",
        "later": "hourly at :40",
        "failed": "hourly at :30",
    }
    steps = {"go": plans.command("/bin/true")}
    jobs = plans.loaded(
        *[
            plans.job(steps, name=name, schedule=schedule, start_deadline_seconds=3600)
            for name, schedule in names.items()
        ]
    ).jobs
    ago = to_text(START - timedelta(hours=1))
    view = View(
        ends={
            key: End(
                ago if "late" in key else to_text(START),
                to_text(START),
                "failed" if "failed" in key else "ok",
            )
            for key in jobs
        },
        since=dict.fromkeys(jobs, EVER),
    )

    found = Moment(view=view, dues=Dues(jobs), now=START).jobs()

    assert ["later", "late", "failed", "b-ok", "c-ok"] == [one.job.name for one in found]


def test_states_that_press_stand_before_all_others() -> None:
    """The list of the page has its parts in one order."""
    assert set(STATES[: len(PRESSING)]) == PRESSING


def test_dues_are_decided_again_when_their_time_has_come_or_the_clock_went_back() -> None:
    """What is remembered holds between two instants, and not outside of them."""
    job = plans.loaded_job({"go": plans.command("/bin/true")}, schedule="hourly at :00")
    dues = Dues({KEY: job})
    hour = timedelta(hours=1)
    asked = (START, START + hour / 2, START + hour, START - hour / 2, START + 5 * hour)

    latest = [dues.at(now)[KEY].latest for now in asked]

    assert [START, START, START + hour, START - hour, START + 5 * hour] == latest
