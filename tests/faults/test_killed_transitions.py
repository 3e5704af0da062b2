"""A runner is killed before, within and after every transaction of a course; then it goes again."""

from __future__ import annotations

import signal
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest

from runtime.journal.claims import reopen
from runtime.journal.holds import put_on_hold, release
from runtime.journal.record import Hold
from runtime.journal.store import open_store
from runtime.journal.upkeep import prune
from tests.faults.desk import (
    KEY,
    NOTICE,
    Desk,
    at_desk,
    check_settled,
    killed_at,
    noting,
)
from tests.runtime import plans
from tests.runtime.turned_clock import START

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from runtime.contract.plan import Plan

HOUR = timedelta(hours=1)
MOST_POINTS = 150


@dataclass(frozen=True, kw_only=True)
class Course:
    """What an operator and a timer do, on which jobs, and how the occurrences end by that."""

    jobs: Callable[[Path], list[dict[str, Any]]]
    go: Callable[[Desk], None]
    ends: list[list[str]]
    pruned: int = 0


def one_step(folder: Path, **fields: Any) -> dict[str, Any]:
    """Return a job of one step."""
    return plans.job({"one": noting(folder, "one")}, **{"notice": NOTICE, **fields})


def two_steps(folder: Path, **fields: Any) -> dict[str, Any]:
    """Return a job of two steps."""
    steps = {"one": noting(folder, "one"), "two": noting(folder, "two")}
    return plans.job(steps, **{"notice": NOTICE, **fields})


def fails_once(folder: Path) -> list[dict[str, Any]]:
    """Return a job whose second step fails the first time, and that is tried again."""
    second = noting(folder, "two", "test -e tried || { touch tried; false; }")
    steps = {"one": noting(folder, "one"), "two": second, "three": noting(folder, "three")}
    retries = {"attempts": 4, "base_seconds": 30, "cap_seconds": 40}
    return [plans.job(steps, retries=retries, notice=NOTICE)]


def one_after_another(folder: Path) -> list[dict[str, Any]]:
    """Return two jobs of one series that take the same resource, one after the other."""
    shared = {"schedule": "daily at 12:00", "series": "tabular/night", "notice": NOTICE}
    return [
        two_steps(folder, name="before", takes={"tabular/database": "exclusive"}, **shared),
        two_steps(folder, after=["tabular/before"], takes={"tabular/database": "shared"}, **shared),
    ]


def run_once(desk: Desk) -> None:
    """Run the one job."""
    desk.run()


def run_both(desk: Desk) -> None:
    """Run both jobs."""
    desk.run("tabular/before")
    desk.run()


def held_and_released(desk: Desk) -> None:
    """Hold, run into it, release, run, and try again what was skipped."""
    put_on_hold(desk.store, Hold(job=KEY, since=START, until=None, reason="disk", held_by="anna"))
    desk.run()
    release(desk.store, KEY, START, "bert")
    desk.run(due_at=START + HOUR)
    reopen(desk.store, KEY, START, START, "bert")
    desk.run()


def failed_and_mended(desk: Desk) -> None:
    """Run, mend what makes it fail, and have it tried again."""
    desk.run()
    (desk.folder / "mended").touch()
    reopen(desk.store, KEY, START, START, "anna")
    desk.run()


def late_timer(desk: Desk) -> None:
    """Have a timer come, and come again hours later."""
    desk.scheduled()
    desk.clock.turn(3 * 3600)
    desk.scheduled()


def by_hand_then_by_schedule(desk: Desk) -> None:
    """Run by hand, which nobody does again; then run by schedule."""
    if not desk.is_rerun:
        desk.run(due_at=START, manual=True)
    desk.run(due_at=START + HOUR)


def years(desk: Desk) -> None:
    """Run some, and have the journal forget them."""
    # What is forgotten is forgotten: whoever asks for it by name has it run again.
    if not (desk.folder / "ran").exists():
        for hour in range(3):
            desk.run(due_at=START + hour * HOUR)
        (desk.folder / "ran").touch()
    prune(desk.store, older_than=START + 24 * HOUR)


COURSES = {
    "retries": Course(jobs=fails_once, go=run_once, ends=[["ok"]]),
    "locks and after": Course(jobs=one_after_another, go=run_both, ends=[["ok", "ok"]]),
    "hold, release, reopen": Course(
        jobs=lambda folder: [one_step(folder)],
        go=held_and_released,
        ends=[["ok", "ok"]],
    ),
    "a failure mended": Course(
        jobs=lambda folder: [
            plans.job({"one": noting(folder, "one", "test -e mended")}, notice=NOTICE)
        ],
        go=failed_and_mended,
        ends=[["ok"]],
    ),
    "a window": Course(
        jobs=lambda folder: [one_step(folder, in_maintenance="skip")],
        go=run_once,
        ends=[["skipped"]],
    ),
    "missed": Course(
        jobs=lambda folder: [one_step(folder, schedule="every 1h", start_deadline_seconds=600)],
        go=late_timer,
        ends=[["missed", "missed", "ok", "ok"]],
    ),
    "catch up": Course(
        jobs=lambda folder: [
            one_step(folder, schedule="every 1h", catch_up="all", catch_up_limit=5)
        ],
        go=late_timer,
        ends=[["ok"] * 4],
    ),
    "by hand": Course(
        jobs=lambda folder: [one_step(folder)],
        go=by_hand_then_by_schedule,
        ends=[["ok", "ok"], ["failed", "ok"], ["ok"]],
    ),
    "prune": Course(jobs=lambda folder: [one_step(folder)], go=years, ends=[["ok"]], pruned=2),
}


@pytest.fixture
def quick_path() -> Iterator[Path]:
    """A folder in memory: a process that is killed loses nothing that the kernel has."""
    with TemporaryDirectory(dir="/dev/shm") as folder:
        yield Path(folder)


def plan_of(course: Course, folder: Path) -> Plan:
    """Return a course's plan, with a window in which a job may give way."""
    window = {"name": "database", "start": "2026-03-02T11:30Z", "lasts_seconds": 3600}
    jobs = course.jobs(folder)
    channels = {"hook": {"webhook": {"url": "http://127.0.0.1:9"}}}
    return plans.loaded(*jobs, channels=channels, windows=[window])


def outcomes(folder: Path) -> list[str]:
    """Return how the occurrences ended, sorted."""
    with open_store(str(folder / "state")) as store:
        return sorted(row[0] for row in store.rows("SELECT outcome FROM occurrences"))


@pytest.mark.slow
@pytest.mark.parametrize("name", COURSES)
def test_a_course_that_is_killed_at_any_point_and_goes_again_converges(
    name: str, quick_path: Path
) -> None:
    """Each occurrence ends once, no proven step is done twice, each end is told of once."""
    course = COURSES[name]
    for point in range(MOST_POINTS):
        folder = quick_path / str(point)
        folder.mkdir()
        plan = plan_of(course, folder)

        killed = killed_at(point, course.go, folder, plan)
        with at_desk(folder, plan, is_rerun=True) as desk:
            course.go(desk)

        assert outcomes(folder) in course.ends
        check_settled(folder, pruned=course.pruned)
        if killed == 0:
            break
        assert killed == -signal.SIGKILL

    assert 3 <= point < MOST_POINTS - 1
