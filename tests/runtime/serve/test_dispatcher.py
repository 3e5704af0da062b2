from __future__ import annotations

import errno
import os
import re
import signal
from itertools import pairwise
from typing import TYPE_CHECKING

from runtime.serve import dispatcher
from runtime.serve.crew import Crew
from runtime.serve.dials import Dials
from runtime.serve.lookback import Lookback
from tests.runtime import plans
from tests.runtime.serve.jobs import has_passed, held, let_go, noting, quick
from tests.runtime.serve.resident import Resident, ask, resident
from tests.runtime.serve.stations import station
from tests.runtime.turned_clock import TurnedClock
from tests.servers.process import until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from runtime.serve.crew import Member

ONE = {"at_once": 1, "drain_seconds": 0}
"""One place for all."""
PLACES = ("running", "queued")
"""Metrics of the scheduler."""
WAITING = "SELECT 1 FROM attempts WHERE number = 2 AND started_at IS NULL"
"""Whether a job waits for its second attempt."""


def test_at_most_so_many_run_at_one_time(tmp_path: Path) -> None:
    """The rest waits for its turn, and none is left out."""
    jobs = [quick(noting(tmp_path, held(tmp_path)), name=f"job-{number}") for number in range(3)]
    plans.write(tmp_path, *jobs, serve=ONE)
    with resident(tmp_path) as one:
        until(lambda: (1, 2) == _shown(one, *PLACES), "one runs, two wait")
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


def test_a_run_that_waits_for_its_next_attempt_leaves_its_turn_to_others(tmp_path: Path) -> None:
    """With one turn for all, the other job runs meanwhile; neither is gone on with by another."""
    retries = {"attempts": 2, "base_seconds": 2e6, "cap_seconds": 2e6}
    hour = {"schedule": "every 1h", "start_deadline_seconds": 86_400}
    again = quick("raise SystemExit(1)", name="again", retries=retries, **hour)
    plans.write(tmp_path, again, serve=ONE)
    has_passed(tmp_path, "again")
    with resident(tmp_path) as one:
        until(lambda: bool(one.rows(WAITING)), "it waits for its next attempt")
        plans.write(tmp_path, again, quick(noting(tmp_path, held(tmp_path))), serve=ONE)
        one.process.send_signal(signal.SIGHUP)
        # The job that is open is found too when it is looked back, which is no second run of it.
        until(lambda: (2, 1, 1) == _shown(one, *PLACES, "resting"), "the other job runs, and waits")
        assert "1 run, 1 rest, 1 wait" in ask(f"{one.url}/health").body.decode()
        code = one.stop()

    assert (0, [None]) == (code, one.outcomes("tabular/again"))


def test_the_next_attempt_has_to_wait_for_its_turn(tmp_path: Path) -> None:
    """A run that has rested is one of so many at one time again; none of the jobs is left out."""
    retries = {"attempts": 2, "base_seconds": 0.5, "cap_seconds": 0.5}
    hour = {"schedule": "every 1h", "start_deadline_seconds": 86_400}
    again = quick("raise SystemExit(1)", name="again", retries=retries, **hour)
    plans.write(tmp_path, again, quick("time.sleep(0.3)"), serve=ONE)
    has_passed(tmp_path, "again")
    with resident(tmp_path) as one:
        until(lambda: ["failed"] == one.outcomes("tabular/again"), "both attempts")
        until(lambda: len(one.outcomes()) > 1, "the other job")
        one.stop()
    spans = sorted(one.rows("SELECT started_at, ended_at FROM attempts WHERE ended_at NOT NULL"))

    assert len(spans) >= 4
    assert all(before[1] <= after[0] for before, after in pairwise(spans))


def test_with_one_turn_for_all_a_job_that_comes_after_another_lets_it_go_before(
    tmp_path: Path,
) -> None:
    """It was queued first, and would wait for ever for what waits for its turn."""
    first = quick(name="a-later", after=["tabular/z-first"])
    plans.write(tmp_path, first, quick(name="z-first"), serve=ONE)
    with resident(tmp_path) as one:
        until(lambda: "ok" in one.outcomes("tabular/a-later"), "the later one")
        one.stop()

    assert "ok" in one.outcomes("tabular/z-first")


def test_a_run_that_rests_goes_on_when_its_scheduler_is_killed(tmp_path: Path) -> None:
    """Nobody counts turns any more: it makes its next attempt."""
    retries = {"attempts": 2, "base_seconds": 2, "cap_seconds": 2}
    hour = {"schedule": "every 1h", "start_deadline_seconds": 86_400}
    again = quick("raise SystemExit(1)", name="again", retries=retries, **hour)
    plans.write(tmp_path, again, serve=ONE)
    has_passed(tmp_path, "again")
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
