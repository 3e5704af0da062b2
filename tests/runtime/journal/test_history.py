from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from runtime.journal import claims, history, upkeep
from runtime.journal.record import AttemptEnd
from runtime.journal.steps import end_occurrence
from runtime.journal.store import Store, open_store
from tests.runtime.journals import ANNA, DUE, JOB, ask, do_step, finish, granted
from tests.runtime.turned_clock import START

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

GROWING = ("occurrences", "attempts", "steps")
"""Tables that grow with every run."""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A journal with one run that ended well."""
    with open_store(str(tmp_path)) as opened:
        grant = granted(ask(opened, ANNA))
        do_step(opened, grant, "one", facts={"found": 1})
        finish(opened, grant)
        yield opened


def a_run(store: Store) -> None:
    """Claim an occurrence, do a step of it, and end it."""
    grant = granted(ask(store, ANNA, due_at=START))
    do_step(store, grant, "one", facts={"found": 2})
    finish(store, grant)


def a_retry(store: Store) -> None:
    """Fail an occurrence, and open it again."""
    grant = granted(ask(store, ANNA, due_at=START, manual=True))
    with store.transaction() as connection:
        end_occurrence(
            connection, grant, AttemptEnd(outcome="failed", exit_code=1, reason="no"), START
        )
    claims.latest_to_retry(store, JOB)
    claims.reopen(store, JOB, START, START, "anna")


def what_is_missed(store: Store) -> None:
    """Record what nobody ran, as each run does before it begins."""
    claims.since_when(store, JOB, "hourly", START)
    claims.latest_scheduled(store, JOB, START)
    claims.latest_outcome(store, JOB)
    claims.ended_outcome(store, JOB, DUE)
    claims.record_missed(store, JOB, [START], START, "nothing ran it in time")


def how_it_stands(store: Store) -> None:
    """Read what `status`, `history` and the metrics show."""
    history.last_occurrence(store, JOB)
    history.occurrence(store, JOB, DUE)
    history.occurrences(store, JOB, 20)
    history.occurrences(store, None, 20)
    history.standings(store)
    history.counters(store)
    history.last_facts(store)


def pruning(store: Store) -> None:
    """Delete what is old."""
    finish(store, granted(ask(store, ANNA, due_at=START)))
    upkeep.prune(store, older_than=START + timedelta(days=1))


def read_through(store: Store, act: Callable[[Store], object]) -> list[str]:
    """Return the plans in which what an act asks of the journal reads a whole growing table."""
    statements: list[str] = []
    store.connection.set_trace_callback(statements.append)
    act(store)
    store.connection.set_trace_callback(None)
    asked = [one for one in statements if one.startswith(("SELECT", "UPDATE", "DELETE", "INSERT"))]
    plans = [
        f"{row['detail']} in {one}"
        for one in asked
        for row in store.rows(f"EXPLAIN QUERY PLAN {one}")
    ]
    assert plans
    return [plan for plan in plans if _is_through(plan)]


def _is_through(plan: str) -> bool:
    """Whether a step of a plan begins at a table's first row and ends at its last."""
    words = plan.split()
    if words[0] != "SCAN" or words[1] not in GROWING:
        return False
    # Along an index in the order that is wanted, up to the limit: that reads what it returns.
    return not (" USING INDEX " in plan and " LIMIT " in plan)


@pytest.mark.parametrize("act", [a_run, a_retry, what_is_missed, how_it_stands, pruning])
def test_nothing_that_a_run_asks_reads_a_whole_table(
    store: Store, act: Callable[[Store], None]
) -> None:
    """After a million attempts a claim, a status and a pruning cost what they cost after one."""
    assert [] == read_through(store, act)


def test_a_query_without_an_index_is_noticed(store: Store) -> None:
    """The look at the plans finds what it is meant to find."""
    found = read_through(store, lambda one: one.rows("SELECT 1 FROM steps WHERE name = 'x'"))

    assert ["SCAN steps in SELECT 1 FROM steps WHERE name = 'x'"] == found


def test_the_latest_come_first(store: Store) -> None:
    """Of all jobs, or of one, and no more than were asked for."""
    later = START + timedelta(hours=1)
    finish(store, granted(ask(store, ANNA, job="tabular/other", due_at=later)))
    finish(store, granted(ask(store, ANNA, due_at=START)))

    found = [(one.job, one.due_at) for one in history.occurrences(store, None, 2)]

    assert [("tabular/other", later), (JOB, START)] == found
    assert [START, DUE] == [one.due_at for one in history.occurrences(store, JOB, 20)]
