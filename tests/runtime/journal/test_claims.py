from __future__ import annotations

import multiprocessing
import os
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from runtime.errors import Exit, JournalError
from runtime.journal.claims import (
    Asked,
    claim,
    ended_outcome,
    latest_scheduled,
    record_missed,
    since_when,
)
from runtime.journal.history import occurrences
from runtime.journal.record import Done, Granted, Running
from runtime.journal.store import Store, open_store
from runtime.lineage import is_alive, this_process
from tests.runtime.journals import ANNA, BERT, DUE, JOB, ask, do_step, finish, granted
from tests.runtime.turned_clock import START

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A new journal."""
    with open_store(str(tmp_path)) as opened:
        yield opened


def test_an_occurrence_runs_once(store: Store) -> None:
    """Whoever asks second is told that it is running, whoever asks later that it is done."""
    first = granted(ask(store, ANNA))
    second = ask(store, BERT)
    finish(store, first)
    third = ask(store, BERT)

    assert second == Running(pid=101, due_at=DUE, same=True)
    assert third == Done(outcome="ok", exit_code=0, ended_at=START, reason="done")


def test_an_attempt_whose_process_is_gone_is_abandoned(store: Store) -> None:
    """The occurrence goes on with a new attempt, from its first unproven step."""
    first = granted(ask(store, ANNA))
    do_step(store, first, "one")
    do_step(store, first, "two", position=1, ends=False)

    second = granted(ask(store, BERT, living=()))

    assert (2, frozenset({("one", "of one")})) == (second.number, second.proven)
    assert second.gone == (f"one:101:1:{first.occurrence_id}:1",)
    attempts = occurrences(store, JOB, 1)[0].attempts
    assert [attempt.outcome for attempt in attempts] == ["abandoned", None]
    assert [step.outcome for step in attempts[0].steps] == ["ok", "abandoned"]
    assert [row["what"] for row in store.rows("SELECT what FROM audit")] == ["abandoned"]


def test_a_job_never_overlaps_itself(store: Store) -> None:
    """A scheduled occurrence that meets a living run of another ends as skipped, with a reason."""
    earlier = DUE - timedelta(days=1)
    ask(store, ANNA, due_at=earlier)

    answer = ask(store, BERT)

    assert answer == Running(pid=101, due_at=earlier, same=False)
    skipped = occurrences(store, JOB, 1)[0]
    assert (skipped.outcome, skipped.exit_code) == ("skipped", Exit.BUSY)
    assert "still going, pid 101" in skipped.reason


def test_a_manual_run_that_meets_a_living_one_leaves_no_trace(store: Store) -> None:
    """Nobody asked the schedule for it, so nothing of it is recorded."""
    ask(store, ANNA)

    answer = ask(store, BERT, due_at=START, manual=True)

    assert answer == Running(pid=101, due_at=DUE, same=False)
    assert len(occurrences(store, JOB, 10)) == 1


def test_a_later_occurrence_ends_what_an_earlier_runner_left_open(store: Store) -> None:
    """Every occurrence ends: one that was abandoned and overtaken has failed."""
    ask(store, ANNA, due_at=DUE - timedelta(days=1))

    granted(ask(store, BERT, living=()))

    overtaken = occurrences(store, JOB, 2)[1]
    assert (overtaken.outcome, overtaken.exit_code) == ("failed", Exit.FAILED)
    assert overtaken.reason.startswith("abandoned")


def test_a_manual_run_leaves_an_open_scheduled_occurrence_to_its_next_runner(store: Store) -> None:
    """Only the schedule goes on with what the schedule began."""
    ask(store, ANNA)

    granted(ask(store, BERT, due_at=START, manual=True, living=()))

    assert [one.outcome for one in occurrences(store, JOB, 2)] == [None, None]


def test_jobs_do_not_hinder_each_other(store: Store) -> None:
    """Another job of the same instant is free."""
    ask(store, ANNA)

    assert isinstance(ask(store, BERT, job="tabular/other"), Granted)


def test_missed_occurrences_are_recorded_once_and_never_over_others(store: Store) -> None:
    """Recording again changes nothing, and an occurrence that ran stays what it was."""
    finish(store, granted(ask(store, ANNA)))
    instants = [DUE - timedelta(days=1), DUE]

    counts = [record_missed(store, JOB, instants, START, "nothing ran it") for _ in range(2)]

    assert [1, 0] == counts
    assert [one.outcome for one in occurrences(store, JOB, 10)] == ["ok", "missed"]


def test_a_schedule_is_known_since_it_was_first_seen(store: Store) -> None:
    """The same schedule keeps its instant, a new one starts now."""
    later = START + timedelta(days=1)

    instants = [
        since_when(store, JOB, schedule, now)
        for schedule, now in [("every 5m", START), ("every 5m", later), ("every 9m", later)]
    ]

    assert [START, START, later] == instants


def test_manual_runs_stand_apart_from_the_schedule(store: Store) -> None:
    """The latest scheduled occurrence is not a manual one, but both are known."""
    finish(store, granted(ask(store, ANNA)))
    finish(store, granted(ask(store, ANNA, due_at=START, manual=True)))

    assert latest_scheduled(store, JOB, START) == DUE
    assert ended_outcome(store, JOB, START) == "ok"
    assert ended_outcome(store, JOB, START + timedelta(seconds=1)) is None


def compete(folder: str, due_at: datetime, barrier: Any, answers: Any) -> None:
    """Claim one occurrence as soon as all are ready; stay alive until all have asked."""
    with open_store(folder) as store:
        barrier.wait()
        asked = Asked(
            job=JOB,
            due_at=due_at,
            manual=False,
            now=START,
            process=this_process(),
            is_alive=is_alive,
        )
        answer = claim(store, asked)
        answers.put((os.getpid(), type(answer).__name__))
        barrier.wait()


def test_of_many_processes_exactly_one_wins(tmp_path: Path) -> None:
    """Eight processes claim at once: one is granted, seven are told that it runs."""
    context = multiprocessing.get_context("fork")
    barrier, answers = context.Barrier(8), context.Queue()
    arguments = (str(tmp_path / "state"), DUE, barrier, answers)
    # Daemons, so that a fault here ends the test and not its patience.
    processes = [context.Process(target=compete, args=arguments, daemon=True) for _ in range(8)]
    for process in processes:
        process.start()

    given = [answers.get(timeout=30)[1] for _ in processes]
    for process in processes:
        process.join(timeout=30)

    assert ["Granted", *["Running"] * 7] == sorted(given)


@pytest.mark.parametrize(
    ("column", "value"), [("exit_code", 77), ("exit_code", -(2**63)), ("ended_at", "yesterday")]
)
def test_an_end_that_no_run_wrote_is_a_damaged_journal(
    store: Store, column: str, value: object
) -> None:
    """The way out is named, and nothing runs."""
    finish(store, granted(ask(store, ANNA)))
    with store.transaction() as connection:
        connection.execute(f"UPDATE occurrences SET {column} = ?", (value,))  # noqa: S608 - a constant

    with pytest.raises(JournalError, match="move it away"):
        ask(store, BERT)


def test_instants_that_are_none_are_a_damaged_journal(store: Store) -> None:
    """Every reader of them refuses alike."""
    since_when(store, JOB, "manual", START)
    granted(ask(store, ANNA))
    with store.transaction() as connection:
        connection.execute("UPDATE schedules SET since = '2026'")
        connection.execute("UPDATE occurrences SET due_at = '0001-01-01T00:00:00+14:00'")

    for read in (
        lambda: since_when(store, JOB, "manual", START),
        lambda: latest_scheduled(store, JOB, START),
        lambda: ask(store, BERT),
        lambda: ask(store, BERT, living=()),
        lambda: occurrences(store, JOB, 1),
    ):
        with pytest.raises(JournalError, match="is no instant"):
            read()


@pytest.mark.parametrize("facts", ["[1]", "{", "[" * 100_000])
def test_facts_that_are_no_object_are_a_damaged_journal(store: Store, facts: str) -> None:
    """What a step left behind is read back as it was written, or not at all."""
    grant = granted(ask(store, ANNA))
    do_step(store, grant, "a", ends=False)
    with store.transaction() as connection:
        connection.execute("UPDATE steps SET facts = ?", (facts,))

    with pytest.raises(JournalError, match='facts of the step "a"'):
        occurrences(store, JOB, 1)
