"""The clock is stepped both ways, and goes over the days on which zones change theirs."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from runtime.journal.history import counters, occurrences, standings
from runtime.locks import Holder, Locks
from tests.faults.desk import KEY, MOST, NOTICE, Desk, at_desk, check_settled, goes, noting
from tests.runtime import plans
from tests.runtime.turned_clock import START, TurnedClock

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

DAY = 86_400.0
ZONES = ("Europe/Berlin", "America/New_York")


class SteppedClock(TurnedClock):
    """A clock that somebody sets, while the seconds since the start go on; it says how many."""

    def __init__(self, instant: datetime = START) -> None:
        super().__init__(instant)
        self.passed = 0.0
        self.on_sleep: Callable[[], None] = lambda: None

    def monotonic(self) -> float:
        """Return the seconds that passed."""
        return self.passed

    def sleep(self, seconds: float) -> None:
        """Let time pass; then something may happen."""
        self.passed += seconds
        self.turn(seconds)
        self.on_sleep()


def stepped(desk: Desk, seconds: float) -> SteppedClock:
    """Give a desk a clock that is set by so many seconds at its first sleep."""
    clock = SteppedClock()
    desk.clock = clock

    def step() -> None:
        clock.on_sleep = lambda: None
        clock.turn(seconds)

    clock.on_sleep = step
    return clock


@pytest.mark.parametrize("seconds", [-30 * DAY, -DAY, -60, 60, DAY])
def test_a_wait_for_another_attempt_is_no_longer_than_planned(
    tmp_path: Path, seconds: float
) -> None:
    """Whatever the clock says meanwhile."""
    step = noting(tmp_path, "one", "test -e tried || { touch tried; false; }")
    retries = {"attempts": 3, "base_seconds": 30, "cap_seconds": 40}
    with at_desk(tmp_path, plans.loaded(plans.job({"one": step}, retries=retries))) as desk:
        clock = stepped(desk, seconds)
        ran = desk.run()

    assert ("ok", 2) == (ran.outcome, ran.attempt)
    assert clock.passed <= 30.001


def test_an_attempt_that_a_killed_runner_planned_waits_no_longer_than_its_own_wait(
    tmp_path: Path,
) -> None:
    """The clock was turned back by a day between the two runners."""
    step = noting(tmp_path, "one", "test -e tried || { touch tried; false; }")
    retries = {"attempts": 3, "base_seconds": 30, "cap_seconds": 40}
    plan = plans.loaded(plans.job({"one": step}, retries=retries))
    with at_desk(tmp_path, plan) as desk:
        clock = SteppedClock()
        desk.clock = clock

        def die() -> None:
            raise KeyboardInterrupt

        clock.on_sleep = die
        with pytest.raises(KeyboardInterrupt):
            desk.run()
        with desk.store.transaction() as connection:
            connection.execute("UPDATE attempts SET pid = 0 WHERE ended_at IS NULL")
        later = SteppedClock(START - timedelta(days=1))
        desk.clock = later
        ran = desk.run()

    assert "ok" == ran.outcome
    assert later.passed <= 40.001


def test_a_wait_for_a_lock_ends_with_the_start_deadline(tmp_path: Path) -> None:
    """Though the clock is turned back by a day meanwhile."""
    fields = {"takes": {"tabular/database": "exclusive"}, "start_deadline_seconds": 60}
    plan = plans.loaded(plans.job({"one": noting(tmp_path, "one")}, **fields))
    locks = Locks(str(tmp_path / "state"), {"tabular/database": "exclusive"}, None)
    with at_desk(tmp_path, plan) as desk, locks as other:
        other.take(Holder(job="tabular/backup", due_at=START, pid=1))
        clock = stepped(desk, -DAY)
        ran = desk.run()

    assert "skipped" == ran.outcome
    assert clock.passed < 61


def test_a_start_before_its_time_is_not_late(tmp_path: Path) -> None:
    """The clock was turned back between the call and the start."""
    plan = plans.loaded(plans.job({"one": noting(tmp_path, "one")}))
    with at_desk(tmp_path, plan) as desk:
        desk.run(due_at=START + timedelta(hours=1))

        assert {KEY: {"ok": 1}} == counters(desk.store)
        assert 0.0 == standings(desk.store)[KEY].start_delay_seconds


@pytest.mark.slow
@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("catch_up", ["once", "all"])
def test_no_occurrence_runs_twice_however_the_clock_is_set(
    tmp_path: Path, zone: str, catch_up: str
) -> None:
    """Forty calls by a timer, with steps of up to two days either way."""
    chance = random.Random(f"{zone} {catch_up}")
    job = plans.job(
        {"one": noting(tmp_path, "one")},
        schedule="every 1h",
        time_zone=zone,
        catch_up=catch_up,
        catch_up_limit=3,
        notice=NOTICE,
    )
    with at_desk(tmp_path, plans.loaded(job)) as desk:
        desk.clock = TurnedClock(datetime(2026, 10, 24, 12, tzinfo=UTC))
        for _ in range(40):
            desk.scheduled()
            step = chance.choice([3600, 3600, 7200, chance.uniform(-2, 2) * DAY])
            desk.clock.turn(step)

    assert set(goes(tmp_path).values()) == {1}
    check_settled(tmp_path)


@pytest.mark.parametrize(
    ("zone", "noon", "schedule", "nights"),
    [
        ("Europe/Berlin", datetime(2026, 3, 28, 12, tzinfo=UTC), "daily at 02:30", 2),
        ("Europe/Berlin", datetime(2026, 3, 28, 12, tzinfo=UTC), "daily at 03:30", 3),
        ("Europe/Berlin", datetime(2026, 10, 24, 12, tzinfo=UTC), "daily at 02:30", 3),
        ("America/New_York", datetime(2026, 3, 7, 12, tzinfo=UTC), "daily at 02:30", 2),
        ("America/New_York", datetime(2026, 10, 31, 12, tzinfo=UTC), "daily at 01:30", 3),
    ],
)
def test_a_nightly_job_runs_once_in_the_night_that_has_an_hour_more_or_less(
    tmp_path: Path, zone: str, noon: datetime, schedule: str, nights: int
) -> None:
    """Or not at all where that night has no such time, of which opsc warns."""
    job = plans.job({"one": noting(tmp_path, "one")}, schedule=schedule, time_zone=zone)
    with at_desk(tmp_path, plans.loaded(job)) as desk:
        desk.clock = TurnedClock(noon)
        for _ in range(96):
            desk.scheduled()
            desk.clock.turn(1800)
        found = occurrences(desk.store, KEY, MOST)

    assert ["ok"] * nights == [one.outcome for one in found]
    assert {1} == set(goes(tmp_path).values())
