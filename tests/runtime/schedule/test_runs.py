"""What runs when, and what would wait for what."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from runtime.contract.plan import Job, Step
from runtime.schedule import agenda

START = datetime(2026, 3, 2, tzinfo=UTC)
DAY = START + timedelta(days=1)


def job(name: str, schedule: str, **changes: Any) -> Job:
    """Return a job of a service."""
    given: dict[str, Any] = {
        "service": "tabular",
        "name": name,
        "schedule": schedule,
        "start_deadline_seconds": 3600,
        "timeout_seconds": 3600,
        "steps": {"one": Step(kind="command")},
    }
    return Job(**given | changes)


def test_runs_are_in_order_with_their_ends() -> None:
    """A run ends when it usually does, and at its limit at last."""
    jobs = {"b": job("b", "daily at 02:00", expect_seconds=60), "a": job("a", "daily at 03:00")}

    found = agenda(jobs, START, DAY)

    assert [("b", 2), ("a", 3)] == [(run.job, run.due_at.hour) for run in found]
    assert found[0].ends_at == START + timedelta(hours=2, minutes=1)
    assert found[0].stops_at == START + timedelta(hours=3)
    assert found[1].ends_at == found[1].stops_at


def test_what_takes_one_thing_exclusively_conflicts() -> None:
    """Both runs are marked; a shared one beside a shared one is not, nor one on another host."""
    jobs = {
        "a": job("a", "daily at 02:00", takes={"t/db": "exclusive"}, hosts=("one",)),
        "b": job("b", "daily at 02:30", takes={"t/db": "shared"}, hosts=("one", "two")),
        "c": job("c", "daily at 02:40", takes={"t/db": "shared"}),
        "d": job("d", "daily at 02:50", takes={"t/db": "exclusive"}, hosts=("three",)),
        "e": job("e", "daily at 03:00", takes={"t/db": "exclusive"}, hosts=("one",)),
    }

    found = {run.job: run.conflicts for run in agenda(jobs, START, DAY)}

    assert found == {
        "a": ("b", "c"),
        "b": ("a", "e"),
        "c": ("a", "d", "e"),
        "d": ("c",),
        "e": ("b", "c"),
    }


def test_times_are_those_of_the_jobs_zone() -> None:
    """Nine in Tokyo is midnight in UTC; what is run by hand is not there."""
    jobs = {"a": job("a", "daily at 09:00", time_zone="Asia/Tokyo"), "b": job("b", "manual")}

    assert [START] == [run.due_at for run in agenda(jobs, START, DAY)]
