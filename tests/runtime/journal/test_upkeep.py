from __future__ import annotations

from datetime import timedelta
from itertools import chain, repeat
from typing import TYPE_CHECKING

import pytest

from runtime.journal import upkeep
from runtime.journal.history import counters, last_occurrence, occurrences
from runtime.journal.settle import audit
from runtime.journal.store import FILE_NAME, Store, open_store
from runtime.journal.upkeep import is_due, look_for_damage, prune
from tests.runtime.journals import ANNA, DUE, JOB, ask, do_step, finish, granted
from tests.runtime.turned_clock import START

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A new journal."""
    with open_store(str(tmp_path)) as opened:
        yield opened


def run(store: Store, due_at: datetime) -> None:
    """Have the job run well, with one step; it ends when it was due."""
    grant = granted(ask(store, ANNA, due_at=due_at, now=due_at))
    do_step(store, grant, "one", now=due_at)
    finish(store, grant, due_at)


def count(store: Store, table: str) -> int:
    """Return how many rows a table has."""
    number: int = store.rows(f"SELECT count(*) FROM {table}")[0][0]  # noqa: S608 - a table of ours
    return number


def test_what_is_older_than_its_retention_goes(store: Store) -> None:
    """With its attempts and steps, and with what the audit says of that time."""
    for days in (3, 2, 1, 0):
        run(store, START - days * DAY)
        with store.transaction() as connection:
            audit(connection, JOB, START, START - days * DAY, "held", "")

    gone = prune(store, older_than=START - DAY)

    assert gone == 2
    assert [START, START - DAY] == [one.due_at for one in occurrences(store, JOB, 9)]
    tables = ("occurrences", "attempts", "steps", "audit")
    assert dict.fromkeys(tables, 2) == {table: count(store, table) for table in tables}


def test_how_a_job_stands_is_kept(store: Store) -> None:
    """However old: a job that has not run for a year says so, and its counters go on."""
    run(store, START - 2 * DAY)
    run(store, START - DAY)

    prune(store, older_than=START)

    last = last_occurrence(store, JOB)
    assert last is not None
    assert START - DAY == last.due_at
    assert ["one"] == [step.name for step in last.attempts[0].steps]
    assert {JOB: {"ok": 2}} == counters(store)


def test_what_has_not_ended_is_kept(store: Store) -> None:
    """An occurrence that a run goes on with has no end to be old by."""
    ask(store, ANNA, due_at=DUE, now=DUE)

    assert prune(store, older_than=START + 365 * DAY) == 0
    assert count(store, "occurrences") == 1


def test_pruning_goes_on_batch_by_batch_until_it_is_told_to_stop(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stop leaves the rest to the next run."""
    monkeypatch.setattr(upkeep, "BATCH", 2)
    for hours in range(9):
        run(store, START - hours * HOUR)
    answers = chain((True, True), repeat(False))

    pauses: list[float] = []

    first = prune(store, older_than=START + HOUR, go_on=lambda: next(answers), sleep=pauses.append)
    rest = prune(store, older_than=START + HOUR)

    # The first run that was recorded stands last in time, and it is the last that ended.
    assert (4, 4) == (first, rest)
    assert [upkeep.PAUSE_SECONDS] * 2 == pauses
    assert count(store, "occurrences") == 1


def test_upkeep_is_due_once_in_its_time(store: Store, tmp_path: Path) -> None:
    """Whoever asks first does it; whoever asks after that time does it again."""
    with open_store(str(tmp_path)) as other:
        asked = [
            is_due(one, "prune", HOUR, now)
            for one, now in (
                (store, START),
                (other, START),
                (store, START + HOUR / 2),
                (other, START + HOUR),
                (store, START + HOUR),
            )
        ]

    assert [True, False, False, True, False] == asked


def test_each_kind_of_upkeep_has_its_own_time(store: Store) -> None:
    """That the journal was pruned says nothing of its pages."""
    assert is_due(store, "prune", HOUR, START)
    assert is_due(store, "check", DAY, START)


def test_a_clock_that_was_turned_back_makes_it_due(store: Store) -> None:
    """Else nothing would be pruned until the clock has caught up."""
    is_due(store, "prune", HOUR, START)

    assert is_due(store, "prune", HOUR, START - DAY)


def test_a_sound_journal_has_no_damage(store: Store) -> None:
    """Every page is read, and nothing is said."""
    run(store, START)

    assert look_for_damage(store) is None


def test_damage_is_found_and_said(tmp_path: Path) -> None:
    """A page that was written over is no page of the table any more."""
    with open_store(str(tmp_path)) as store:
        for hours in range(400):
            run(store, START - hours * HOUR)
    with open_store(str(tmp_path)) as store:
        root, size = (
            store.rows(query)[0][0]
            for query in (
                "SELECT rootpage FROM sqlite_schema WHERE name = 'steps'",
                "PRAGMA page_size",
            )
        )
        with open(tmp_path / FILE_NAME, "r+b") as file:
            file.seek((root - 1) * size + 8)
            file.write(b"\xff" * 64)
        # What is in memory already would be believed.
        store.connection.execute("PRAGMA shrink_memory")

        damage = look_for_damage(store)

    assert damage
