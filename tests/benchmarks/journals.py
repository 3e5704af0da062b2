"""A journal of many attempts, as years of runs leave it: SQL writes it, the triggers count it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from runtime.errors import JournalError
from runtime.journal.history import counters
from runtime.journal.store import open_store

if TYPE_CHECKING:
    from collections.abc import Sequence

FIRST_DUE: Final = 1_700_000_000
"""When the first occurrence was due, in Unix time; one a minute follows."""

_TEXT: Final = "strftime('%Y-%m-%dT%H:%M:%S', {0}, 'unixepoch') || '.000000Z'"

_FILL: Final = f"""
    WITH RECURSIVE numbers (number) AS (
        SELECT 0 UNION ALL SELECT number + 1 FROM numbers WHERE number + 1 < :each
    ), times AS (
        SELECT {_TEXT.format(":first + number * 60")} AS due_at,
            {_TEXT.format(":first + number * 60 + 2")} AS ended_at FROM numbers
    )
    INSERT INTO occurrences (job, due_at, manual, created_at, ended_at, outcome, exit_code, reason)
        SELECT value, due_at, 0, due_at, ended_at, 'ok', 0, 'true ended with code 0'
        FROM times, json_each(:jobs);
    """  # noqa: S608 - two constants

_REST: Final = (
    """
    INSERT INTO attempts (id, occurrence_id, number, pid, start_ticks, boot, mark, planned_at,
            started_at, ended_at, outcome, duration_seconds)
        SELECT id, id, 1, 4711, 81234567, 'b', 'b:4711:81234567:' || id || ':1', due_at,
            due_at, ended_at, 'ok', 2.0 FROM occurrences
    """,
    """
    INSERT INTO steps (attempt_id, position, name, digest, output, started_at, ended_at, outcome,
            exit_code, duration_seconds, summary)
        SELECT id, 0, 'go', hex(zeroblob(32)), '/var/lib/opsrun/runs/' || id || '/1-go.log',
            started_at, ended_at, 'ok', 0, 2.0, 'true ended with code 0' FROM attempts
    """,
    """
    INSERT INTO standing (job, occurrence_id, due_at, started_at, start_delay_seconds, ended_at,
            outcome, exit_code, duration_seconds, success_at)
        SELECT job, id, max(due_at), due_at, 0.5, ended_at, 'ok', 0, 2.0, ended_at
        FROM occurrences GROUP BY job
    """,
)


def fill(state: str, jobs: Sequence[str], each: int) -> None:
    """Make a journal with so many ended occurrences of each job, an attempt and a step to each.

    Raise `JournalError` when the triggers have counted otherwise.
    """
    with open_store(state) as store:
        with store.transaction() as connection:
            values = {"each": each, "first": FIRST_DUE, "jobs": json.dumps(list(jobs))}
            connection.execute(_FILL, values)
            for statement in _REST:
                connection.execute(statement)
        counted = counters(store)
        if counted != {job: {"ok": each} for job in jobs}:
            raise JournalError(f"{each} of each were written, and counted: {counted}")
