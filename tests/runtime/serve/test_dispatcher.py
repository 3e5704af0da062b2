from __future__ import annotations

import errno
import os
import re
import signal
from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from runtime.locks import Holder, Locks
from runtime.serve import dispatcher
from runtime.serve.crew import Crew
from runtime.serve.dials import Dials
from runtime.serve.lookback import Lookback
from tests.runtime import plans
from tests.runtime.serve.jobs import has_passed, held, let_go, noting, quick, runs
from tests.runtime.serve.resident import Resident, ask, resident
from tests.runtime.serve.stations import station
from tests.runtime.turned_clock import TurnedClock
from tests.servers.process import until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from runtime.serve.crew import Member

ONE = {"at_once": 1, "drain_seconds": 0}
"""One turn for all."""
TURNS = ("running", "queued", "resting")
"""Metrics of the scheduler."""
HOURLY: dict[str, Any] = {"schedule": "every 1h", "start_deadline_seconds": 86_400}
"""A job that is due at the full hour, and may start until the next day."""
WAITING = "SELECT 1 FROM attempts WHERE number = 2 AND started_at IS NULL"
"""Whether a job waits for its second attempt."""


def test_at_most_so_many_run_at_one_time(tmp_path: Path) -> None:
    """The rest waits for its turn, and none is left out."""
    jobs = [quick(noting(tmp_path, held(tmp_path)), name=f"job-{number}") for number in range(3)]
    plans.write(tmp_path, *jobs, serve=ONE)
    with resident(tmp_path) as one:
        until(lambda: (1, 2, 0) == _shown(one, *TURNS), "one runs, two wait")
        let_go(tmp_path)
        until(
            lambda: all("ok" in one.outcomes(f"tabular/{job['name']}") for job in jobs),
            "a run of each",
        )
        spans = sorted(
            one.rows("SELECT started_at, ended_at FROM attempts WHERE ended_at NOT NULL")
        )

    assert all(before[1] <= after[0] for before, after in pairwise(spans))


def _shown(one: Resident, *names: str) -> tuple[float, ...]:
    """Return the values of metrics of the scheduler."""
    shown = ask(f"{one.url}/metrics").body.decode()
    found = [re.search(rf"^opsrun_serve_{name}{{}} (.*)$", shown, re.MULTILINE) for name in names]
    return tuple(float(one[1]) if one is not None else -1 for one in found)


def failing(folder: Path, seconds: float) -> dict[str, Any]:
    """Return a job that is due, fails, and is tried again once, so many seconds later at most."""
    retries = {"attempts": 2, "base_seconds": seconds, "cap_seconds": seconds}
    has_passed(folder, "again")
    return quick("raise SystemExit(1)", name="again", retries=retries, **HOURLY)


def test_a_run_that_waits_for_its_next_attempt_leaves_its_turn_to_others(tmp_path: Path) -> None:
    """With one turn for all, the other job runs meanwhile; neither is gone on with by another."""
    again = failing(tmp_path, seconds=2e6)
    plans.write(tmp_path, again, serve=ONE)
    with resident(tmp_path) as one:
        until(lambda: bool(one.rows(WAITING)), "it waits for its next attempt")
        plans.write(tmp_path, again, quick(noting(tmp_path, held(tmp_path))), serve=ONE)
        one.process.send_signal(signal.SIGHUP)
        # The web before, which ends, is not asked any more.
        until(lambda: bool(runs(tmp_path)), "the other job runs")
        # The job that is open is found too when it is looked back, which is no second run of it.
        until(lambda: (2, 1, 1) == _shown(one, *TURNS), "and waits to run again")
        assert "1 run, 1 rest, 1 wait" in ask(f"{one.url}/health").body.decode()
        code = one.stop()

    assert (0, [None]) == (code, one.outcomes("tabular/again"))


def test_a_run_that_has_rested_works_when_it_is_its_turn_again(tmp_path: Path) -> None:
    """What it waited for is free, and another job has the one turn there is: it waits for that."""
    waiter = quick(name="a-waiter", takes={"tabular/database": "exclusive"}, **HOURLY)
    other = quick(noting(tmp_path, held(tmp_path)), name="other", **HOURLY)
    plans.write(tmp_path, waiter, other, serve=ONE)
    has_passed(tmp_path, "a-waiter", "other")
    with Locks(str(tmp_path / "state"), {"tabular/database": "exclusive"}, None) as locks:
        locks.take(Holder(job="tabular/backup", due_at=datetime.now(UTC), pid=1))
        with resident(tmp_path) as one:
            until(lambda: (2, 0, 1) == _shown(one, *TURNS), "one rests, the other works")
            locks.release()
            until(lambda: _shown(one, "queue_delay_seconds") > (0,), "it wants its turn")
            assert bool(runs(tmp_path))
            let_go(tmp_path)
            until(lambda: ["ok"] == one.outcomes("tabular/a-waiter"), "it had its turn")
            one.stop()
    (other_ended_at,), (waiter_began_at,) = one.rows(
        "SELECT max(ended_at) FROM occurrences WHERE job = 'tabular/other' UNION ALL"
        " SELECT min(started_at) FROM attempts JOIN occurrences ON occurrences.id = occurrence_id"
        " WHERE job = 'tabular/a-waiter'"
    )

    assert other_ended_at <= waiter_began_at


def test_with_one_turn_for_all_a_job_that_comes_after_another_lets_it_go_before(
    tmp_path: Path,
) -> None:
    """It was queued first, and would wait for ever for what waits for its turn."""
    later = quick(name="a-later", after=["tabular/z-first"], **HOURLY)
    plans.write(tmp_path, later, quick(name="z-first", **HOURLY), serve=ONE)
    has_passed(tmp_path, "a-later", "z-first")
    with resident(tmp_path) as one:
        until(lambda: ["ok"] == one.outcomes("tabular/a-later"), "the later one")
        one.stop()

    assert ["ok"] == one.outcomes("tabular/z-first")


def test_a_run_that_rests_goes_on_when_its_scheduler_is_killed(tmp_path: Path) -> None:
    """Nobody counts turns any more: it makes its next attempt."""
    plans.write(tmp_path, failing(tmp_path, seconds=2), serve=ONE)
    with resident(tmp_path) as one:
        until(lambda: bool(one.rows(WAITING)), "it waits for its next attempt")
        one.process.kill()
        until(lambda: ["failed"] == one.outcomes("tabular/again"), "its second attempt")

    assert [(2,)] == one.rows("SELECT max(number) FROM attempts")


class Full(Crew):
    """A system that has no room for a process."""

    def start(self, title: str, act: Callable[[], int], *, kept: tuple[int, ...] = ()) -> Member:
        """Refuse."""
        raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))


def test_a_job_waits_since_it_first_did_whatever_came_due_meanwhile() -> None:
    """One that is due each minute and has no turn for an hour has waited for an hour."""
    clock, dials = TurnedClock(), Dials()
    crew = Full()
    one = dispatcher.Dispatcher(crew=crew, dials=dials, lookback=Lookback(crew=crew), clock=clock)  # type: ignore[arg-type]  # a clock that is turned
    one.take_on(station(quick(schedule="every 1m")))
    for _ in range(61):
        one.start_what_is_due()
        clock.turn(60)
    one.show()

    assert 3_600 == dials["waits_seconds"]
    one.start_nothing_more()
    one.show()
    assert (0, 0) == (dials["queued"], dials["waits_seconds"])
