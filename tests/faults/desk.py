"""Where faults are made: a host on which a course of runs goes, and what must be true after it."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from runtime.due import scheduled_occurrences
from runtime.journal.history import counters, occurrences
from runtime.journal.store import Store, open_store
from runtime.runner import Runner
from runtime.stop import StopRequest
from runtime.tell import Tell
from tests.runtime import plans
from tests.runtime.test_runner import Noted
from tests.runtime.turned_clock import START, TurnedClock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from runtime.contract.plan import Plan
    from runtime.ran import Ran

KEY = "tabular/tidy"
MOST = 10_000
"""More occurrences than any course has."""

NOTICE = {"channels": ["hook"], "outcomes": ["failed", "timed out", "skipped", "missed"]}


@dataclass(kw_only=True)
class Desk:
    """One process's view of a host: its folder, journal, plan and clock.

    `is_rerun` says that an earlier process may have been killed in the same course.
    """

    folder: Path
    store: Store
    plan: Plan
    stop: StopRequest
    is_rerun: bool = False
    clock: TurnedClock = field(default_factory=TurnedClock)
    watch: Noted = field(default_factory=Noted)

    def runner(self) -> Runner:
        """Return the runner of this process."""
        return Runner(
            plan_path="",
            plan=self.plan,
            store=self.store,
            state=str(self.folder / "state"),
            clock=self.clock,
            watch=self.watch,
            stop=self.stop,
            random=lambda: 1.0,
        )

    def run(self, key: str = KEY, due_at: datetime = START, *, manual: bool = False) -> Ran:
        """Run an occurrence."""
        return self.runner().run(key, self.plan.jobs[key], due_at, manual=manual)

    def scheduled(self, key: str = KEY) -> list[Ran]:
        """Run what is due by the schedule, as a timer does."""
        job = self.plan.jobs[key]
        now = self.clock.now()
        tell = Tell(plan=self.plan, job=job, now=now)
        due = scheduled_occurrences(self.store, key, job, now, tell)
        return [self.run(key, one) for one in due.instants]


@contextmanager
def at_desk(folder: Path, plan: Plan, *, is_rerun: bool = False) -> Iterator[Desk]:
    """Sit down at a host whose state folder is `folder`/state."""
    with open_store(str(folder / "state")) as store, StopRequest() as stop:
        yield Desk(folder=folder, store=store, plan=plan, stop=stop, is_rerun=is_rerun)


def noting(folder: Path, name: str, then: str = "true") -> dict[str, Any]:
    """Return a step that leaves a line with its occurrence's number, and then does something."""
    text = f'IFS=:; set -- $OPSRUN_STEP; echo "$4 {name}" >> {folder}/goes; cd {folder}; {then}'
    return plans.command("sh", "-c", text)


def goes(folder: Path) -> Counter[tuple[int, str]]:
    """Return how often each step of each occurrence was done, by its lines."""
    path = folder / "goes"
    lines = path.read_text().split("\n")[:-1] if path.exists() else []
    return Counter((int(line.split()[0]), line.split()[1]) for line in lines)


def killed_at(point: int, course: Callable[[Desk], None], folder: Path, plan: Plan) -> int | None:
    """Go through a course in a process that is killed at a point; return its exit code.

    Every transaction has three points: before it, within it when all is written, and after it.
    """
    arguments = (point, course, folder, plan)
    process = multiprocessing.get_context("fork").Process(target=_go_until, args=arguments)
    process.start()
    process.join()
    return process.exitcode


def _go_until(point: int, course: Callable[[Desk], None], folder: Path, plan: Plan) -> None:
    whole, left = Store.transaction, point

    def die_when_it_is_time() -> None:
        nonlocal left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)

    @contextmanager
    def cut(store: Store, **how: bool) -> Iterator[Any]:
        die_when_it_is_time()
        with whole(store, **how) as connection:
            yield connection
            die_when_it_is_time()
        die_when_it_is_time()

    Store.transaction = cut  # type: ignore[assignment]  # in a process of its own
    with at_desk(folder, plan) as desk:
        course(desk)
    sys.exit(0)


def check_settled(folder: Path, *, pruned: int = 0) -> None:
    """Hold a host's journal against what it promises, once no run is under way."""
    with open_store(str(folder / "state")) as store:
        assert [("ok",)] == [tuple(row) for row in store.rows("PRAGMA quick_check")]
        assert [] == store.rows("PRAGMA foreign_key_check")
        _check_ends(store, folder)
        _check_counters(store, pruned)
        _check_notices(store)


def _check_ends(store: Store, folder: Path) -> None:
    """Each occurrence has ended, and no step was done again that was proven."""
    numbers = {
        (row["job"], row["due_at"]): row["id"] for row in store.rows("SELECT * FROM occurrences")
    }
    done = goes(folder)
    assert [] == store.rows("SELECT * FROM attempts WHERE ended_at IS NULL")
    assert [] == store.rows("SELECT * FROM steps WHERE ended_at IS NULL")
    assert len(numbers) == len(occurrences(store, None, MOST))
    assert [] == store.rows("SELECT * FROM occurrences WHERE outcome IS NULL")
    for one in occurrences(store, None, MOST):
        assert [*range(1, len(one.attempts) + 1)] == [attempt.number for attempt in one.attempts]
        steps = [step for attempt in one.attempts for step in attempt.steps]
        proven = Counter(step.name for step in steps if step.outcome == "ok")
        assert all(number == 1 for number in proven.values())
        begun = Counter(step.name for step in steps)
        number = store.rows(
            "SELECT id FROM occurrences WHERE job = ? AND due_at = ?",
            one.job,
            one.due_at.isoformat(timespec="microseconds").replace("+00:00", "Z"),
        )[0][0]
        for name in begun:
            assert proven[name] <= done[number, name] <= begun[name]


def _check_counters(store: Store, pruned: int) -> None:
    """What was counted is what the occurrences say, and what was opened again or pruned."""
    ends = Counter(
        (row["job"], row["outcome"]) for row in store.rows("SELECT job, outcome FROM occurrences")
    )
    reopened = len(store.rows("SELECT * FROM audit WHERE what = 'reopened'"))
    counted = Counter(
        {
            (job, what): number
            for job, numbers in counters(store).items()
            for what, number in numbers.items()
            if what not in ("late", "overrun")
        }
    )
    assert not ends - counted
    assert reopened + pruned == (counted - ends).total()


def _check_notices(store: Store) -> None:
    """Each end that is to be told stands once in the outbox, one that was undone as well."""
    told = Counter(
        tuple(row) for row in store.rows("SELECT job, due_at, outcome, channel FROM outbox")
    )
    ends = Counter(
        (row["job"], row["due_at"], row["outcome"], "hook")
        for row in store.rows("SELECT * FROM occurrences WHERE outcome <> 'ok'")
    )
    undone = Counter(
        tuple(row) for row in store.rows("SELECT job, due_at FROM audit WHERE what='reopened'")
    )
    assert not ends - told
    assert {one[:2] for one in told - ends} <= undone.keys()
    assert all(number <= 1 + undone[one[:2]] for one, number in told.items())
