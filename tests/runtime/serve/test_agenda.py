from __future__ import annotations

from datetime import timedelta
from typing import Any

from runtime.serve.agenda import Agenda, Entry
from tests.runtime import plans
from tests.runtime.turned_clock import START

HOST = "node1.example.org"


def agenda(**schedules: Any) -> Agenda:
    """Return an agenda of jobs by name, from the start on; a value is a schedule or fields."""
    jobs = [
        plans.job(
            {"one": plans.command("/bin/true")},
            name=name,
            **({"schedule": said} if isinstance(said, str) else said),
        )
        for name, said in schedules.items()
    ]
    return Agenda(plans.loaded(*jobs).jobs, HOST, START)


def taken(one: Agenda, seconds: float) -> list[tuple[str, float]]:
    """Return what starts up to so many seconds after the start, and when."""
    found = one.take(START + timedelta(seconds=seconds))
    return [(entry.key, (entry.start_at - START).total_seconds()) for entry in found]


def test_what_is_due_comes_in_order_and_once() -> None:
    """Of two jobs the earlier one comes first; nothing comes before its time, or again."""
    one = agenda(slow="every 1m", quick="every 10s")

    assert [] == taken(one, 9.9)
    assert [("tabular/quick", 10.0)] == taken(one, 10)
    assert [] == taken(one, 10)
    assert [("tabular/quick", 60.0), ("tabular/slow", 60.0)] == taken(one, 65)


def test_a_time_in_which_nothing_was_asked_is_one_occurrence() -> None:
    """After an hour of sleep a job of every ten seconds comes once, and then as ever."""
    one = agenda(quick="every 10s")

    assert 1 == len(taken(one, 3_600))
    assert [("tabular/quick", 3_610.0)] == taken(one, 3_611)


def test_jobs_that_are_run_by_hand_never_come() -> None:
    """Without a schedule there is nothing to wait for."""
    assert agenda(by_hand="manual").next_at is None


def test_jitter_moves_the_start_and_not_when_it_is_due() -> None:
    """A host has its place within the jitter, the same each time."""
    one = agenda(spread={"schedule": "every 1m", "jitter_seconds": 30})
    first, second = (next(one.take(START + timedelta(seconds=95 + 60 * turn))) for turn in (0, 1))
    late = first.start_at - first.due_at

    assert START + timedelta(minutes=1) == first.due_at
    assert timedelta(0) < late < timedelta(seconds=30)
    assert second == Entry(
        key="tabular/spread",
        due_at=START + timedelta(minutes=2),
        start_at=START + timedelta(minutes=2) + late,
    )


def test_what_was_put_off_is_the_latest_that_has_come() -> None:
    """Taken just before a time, it is that time's, and not the one before, which is missed."""
    one = agenda(quick="every 10s")

    assert [("tabular/quick", 20.0)] == taken(one, 20.2)
    assert [("tabular/quick", 30.0)] == taken(one, 30)


def test_a_start_within_the_jitter_is_still_to_come() -> None:
    """It was due before the scheduler began, and starts after that."""
    one = agenda(spread={"schedule": "every 1m", "jitter_seconds": 30})
    late = next(one.take(START + timedelta(seconds=95))).start_at - timedelta(minutes=1)
    began = START + timedelta(minutes=1, seconds=0.001)
    again = Agenda(one.jobs, HOST, began)

    assert late + timedelta(minutes=1) == again.next_at


def test_a_new_plan_keeps_what_is_to_come_of_the_old_one() -> None:
    """Also what came while it was read; jobs at other times, and new ones, come anew."""
    old = agenda(same="every 10s", other="every 10s")
    new = agenda(same="every 10s", other="every 7s", more="every 3s")
    now = START + timedelta(seconds=15)
    one = Agenda(new.jobs, HOST, now, before=old)

    assert [("tabular/same", 10.0)] == taken(one, 15)
    assert {"tabular/same", "tabular/other", "tabular/more"} == {
        entry.key for entry in one.take(now + timedelta(seconds=10))
    }
