"""Write the course of an attempt: its wait, its steps, and its end together with what follows."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from runtime.clock import to_text
from runtime.journal.record import Granted

if TYPE_CHECKING:
    import sqlite3
    from datetime import datetime

    from runtime.journal.record import AttemptEnd, StepEnd
    from runtime.journal.store import Store
    from runtime.lineage import Process


def plan_attempt(
    connection: sqlite3.Connection,
    *,
    job: str,
    due_at: datetime,
    manual: bool,
    occurrence: int,
    planned_at: datetime,
    process: Process,
) -> Granted:
    """Insert the next attempt of an occurrence, which waits, within a transaction; return it."""
    query = "SELECT count(*), count(started_at) FROM attempts WHERE occurrence_id = ?"
    made, begun = connection.execute(query, (occurrence,)).fetchone()
    number = made + 1
    mark = f"{process.boot}:{process.pid}:{process.start_ticks}:{occurrence}:{number}"
    attempt = connection.execute(
        "INSERT INTO attempts (occurrence_id, number, pid, start_ticks, boot, mark, planned_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            occurrence,
            number,
            process.pid,
            process.start_ticks,
            process.boot,
            mark,
            to_text(planned_at),
        ),
    ).lastrowid
    proven = connection.execute(
        "SELECT name, digest FROM steps JOIN attempts ON attempts.id = attempt_id"
        " WHERE occurrence_id = ? AND steps.outcome = 'ok'",
        (occurrence,),
    ).fetchall()
    return Granted(
        job=job,
        due_at=due_at,
        manual=manual,
        occurrence_id=occurrence,
        attempt_id=attempt or 0,
        number=number,
        mark=mark,
        planned_at=planned_at,
        has_begun=bool(begun),
        proven=frozenset((row["name"], row["digest"]) for row in proven),
    )


def begin_attempt(store: Store, granted: Granted, now: datetime, *, is_late: bool) -> None:
    """Record that an attempt's wait is over; the first one counts as late when it is.

    That is on the disk when a step of it begins.
    """
    with store.transaction(is_forced=False) as connection:
        connection.execute(
            "UPDATE attempts SET started_at = ? WHERE id = ?", (to_text(now), granted.attempt_id)
        )
        first = connection.execute(
            "SELECT min(started_at) = ? FROM attempts WHERE occurrence_id = ?",
            (to_text(now), granted.occurrence_id),
        ).fetchone()[0]
        _stand_started(connection, granted, now, is_first=bool(first))
        if first and is_late:
            count(connection, granted.job, "late")


def begin_step(
    store: Store,
    granted: Granted,
    *,
    position: int,
    name: str,
    digest: str,
    output: str,
    now: datetime,
) -> int:
    """Record that a step begins; return its id. `position` counts from 0.

    The disk is waited for outside of the lock: jobs that begin at one time wait together.
    """
    with store.transaction(is_forced=False) as connection:
        step = connection.execute(
            "INSERT INTO steps (attempt_id, position, name, digest, output, started_at)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (granted.attempt_id, position, name, digest, output, to_text(now)),
        ).lastrowid
    store.force()
    return step or 0


def end_step(
    store: Store, granted: Granted, step: int, name: str, end: StepEnd, now: datetime
) -> None:
    """Record how a step ended; one with the outcome ok is proven from here on."""
    facts = json.dumps(end.facts, sort_keys=True)
    with store.transaction() as connection:
        connection.execute(
            "UPDATE steps SET ended_at = ?, outcome = ?, exit_code = ?, duration_seconds = ?,"
            " summary = ?, facts = ? WHERE id = ?",
            (
                to_text(now),
                end.outcome,
                end.exit_code,
                end.duration_seconds,
                end.summary,
                facts,
                step,
            ),
        )
        if end.facts:
            connection.execute(
                "INSERT OR REPLACE INTO last_facts VALUES (?, ?, ?, ?)",
                (granted.job, name, facts, to_text(now)),
            )


def end_occurrence(
    connection: sqlite3.Connection, granted: Granted, end: AttemptEnd, now: datetime
) -> None:
    """Record the end of the attempt and of its occurrence, within a transaction."""
    _end_attempt(connection, granted, end, now)
    connection.execute(
        "UPDATE occurrences SET ended_at = ?, outcome = ?, exit_code = ?, reason = ?"
        " WHERE id = ? AND ended_at IS NULL",
        (to_text(now), end.outcome, end.exit_code, end.reason, granted.occurrence_id),
    )
    if end.duration_seconds is None:
        note_skip(connection, granted.job, granted.due_at, now)
        return
    connection.execute(
        "INSERT INTO standing (job, occurrence_id, due_at, ended_at, outcome, exit_code,"
        " duration_seconds, success_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (job) DO UPDATE SET occurrence_id = excluded.occurrence_id,"
        " due_at = coalesce(excluded.due_at, due_at), ended_at = excluded.ended_at,"
        " outcome = excluded.outcome, exit_code = excluded.exit_code,"
        " duration_seconds = excluded.duration_seconds,"
        " success_at = coalesce(excluded.success_at, success_at)",
        (
            granted.job,
            granted.occurrence_id,
            None if granted.manual else to_text(granted.due_at),
            to_text(now),
            end.outcome,
            end.exit_code,
            end.duration_seconds,
            to_text(now) if end.outcome == "ok" else None,
        ),
    )


def end_for_another(
    connection: sqlite3.Connection,
    granted: Granted,
    end: AttemptEnd,
    now: datetime,
    *,
    planned_at: datetime,
    process: Process,
) -> Granted:
    """Record the end of an attempt that another one follows, within a transaction; return that."""
    _end_attempt(connection, granted, end, now)
    following = plan_attempt(
        connection,
        job=granted.job,
        due_at=granted.due_at,
        manual=granted.manual,
        occurrence=granted.occurrence_id,
        planned_at=planned_at,
        process=process,
    )
    return replace(following, by_hand=granted.by_hand)


def leave_open(store: Store, granted: Granted, reason: str, now: datetime) -> None:
    """Record that an attempt was given up while it waited; the occurrence stays open."""
    with store.transaction() as connection:
        connection.execute(
            "UPDATE attempts SET ended_at = ?, outcome = 'abandoned', reason = ? WHERE id = ?",
            (to_text(now), reason, granted.attempt_id),
        )


def note_skip(connection: sqlite3.Connection, job: str, due_at: datetime, now: datetime) -> None:
    """Have a job stand as skipped, within a transaction; what its last run was stays."""
    connection.execute(
        "INSERT INTO standing (job, occurrence_id, due_at, ended_at, outcome)"
        " SELECT job, id, CASE WHEN manual THEN NULL ELSE due_at END, ?, outcome"
        " FROM occurrences WHERE job = ? AND due_at = ?"
        " ON CONFLICT (job) DO UPDATE SET occurrence_id = excluded.occurrence_id,"
        " due_at = coalesce(excluded.due_at, due_at), ended_at = excluded.ended_at,"
        " outcome = excluded.outcome WHERE standing.outcome IS NOT NULL"
        " OR standing.occurrence_id = excluded.occurrence_id",
        (to_text(now), job, to_text(due_at)),
    )


def count(connection: sqlite3.Connection, job: str, what: str) -> None:
    """Count one more, within a transaction; occurrences' outcomes are counted by triggers."""
    connection.execute(
        "INSERT INTO counters VALUES (?, ?, 1)"
        " ON CONFLICT (job, what) DO UPDATE SET number = number + 1",
        (job, what),
    )


def _end_attempt(
    connection: sqlite3.Connection, granted: Granted, end: AttemptEnd, now: datetime
) -> None:
    """Record the end of an attempt; a step whose own end could not be written has failed too."""
    connection.execute(
        "UPDATE steps SET ended_at = ?, outcome = 'failed', exit_code = 1, summary = ?"
        " WHERE attempt_id = ? AND ended_at IS NULL",
        (to_text(now), end.reason, granted.attempt_id),
    )
    connection.execute(
        "UPDATE attempts SET ended_at = ?, outcome = ?, reason = ?, duration_seconds = ?"
        " WHERE id = ?",
        (to_text(now), end.outcome, end.reason, end.duration_seconds, granted.attempt_id),
    )


def _stand_started(
    connection: sqlite3.Connection, granted: Granted, now: datetime, *, is_first: bool
) -> None:
    """Have a job stand as running. A manual run leaves alone when the job was last due."""
    # A clock that was turned back makes no start earlier than its time.
    delay = None if granted.manual else max((now - granted.due_at).total_seconds(), 0.0)
    connection.execute(
        "INSERT INTO standing (job, occurrence_id, due_at, started_at, start_delay_seconds)"
        " VALUES (?, ?, ?, ?, ?) ON CONFLICT (job) DO UPDATE SET"
        " occurrence_id = excluded.occurrence_id, due_at = coalesce(excluded.due_at, due_at),"
        " started_at = excluded.started_at, ended_at = NULL, outcome = NULL,"
        " start_delay_seconds = CASE WHEN ? THEN"
        " coalesce(excluded.start_delay_seconds, start_delay_seconds) ELSE start_delay_seconds END",
        (
            granted.job,
            granted.occurrence_id,
            None if granted.manual else to_text(granted.due_at),
            to_text(now),
            delay,
            int(is_first),
        ),
    )
