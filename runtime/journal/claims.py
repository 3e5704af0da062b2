"""Decide who runs an occurrence, in one transaction; record what nobody ran.

An occurrence is claimed under ``BEGIN IMMEDIATE`` and ends exactly once. An attempt whose process
is gone is abandoned here, and the occurrence goes on with a new attempt.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from runtime.clock import to_text
from runtime.errors import Exit
from runtime.journal.record import Claim, Done, Granted, Running
from runtime.lineage import Process

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from runtime.journal.store import Store


def since_when(store: Store, job: str, schedule: str, now: datetime) -> datetime:
    """Return since when this host knows the job by this schedule; a new schedule starts now.

    Instants before that are nobody's fault and are never recorded as missed.
    """
    with store.transaction() as connection:
        connection.execute(
            "INSERT INTO schedules VALUES (?, ?, ?) ON CONFLICT (job) DO UPDATE"
            " SET schedule = excluded.schedule, since = excluded.since"
            " WHERE schedule <> excluded.schedule",
            (job, schedule, to_text(now)),
        )
        query = "SELECT since FROM schedules WHERE job = ?"
        return store.instant(connection.execute(query, (job,)).fetchone()[0])


def latest_scheduled(store: Store, job: str) -> datetime | None:
    """Return the latest scheduled occurrence that the journal knows of a job."""
    query = "SELECT max(due_at) AS due_at FROM occurrences WHERE job = ? AND NOT manual"
    due_at = store.rows(query, job)[0]["due_at"]
    return None if due_at is None else store.instant(due_at)


def is_known(store: Store, job: str, due_at: datetime) -> bool:
    """Return whether the journal has this occurrence, scheduled or manual."""
    query = "SELECT 1 FROM occurrences WHERE job = ? AND due_at = ?"
    return bool(store.rows(query, job, to_text(due_at)))


def record_missed(
    store: Store, job: str, instants: Iterable[datetime], now: datetime, reason: str
) -> int:
    """Record occurrences that nobody ran; those that the journal knows stay. Return how many."""
    with store.transaction() as connection:
        before = connection.total_changes
        connection.executemany(
            "INSERT OR IGNORE INTO occurrences"
            " (job, due_at, manual, created_at, ended_at, outcome, reason)"
            " VALUES (?, ?, 0, ?, ?, 'missed', ?)",
            ((job, to_text(due), to_text(now), to_text(now), reason) for due in instants),
        )
        return connection.total_changes - before


def claim(
    store: Store,
    *,
    job: str,
    due_at: datetime,
    manual: bool,
    now: datetime,
    process: Process,
    is_alive: Callable[[Process], bool],
) -> Claim:
    """Claim an occurrence for `process`.

    Return `Granted` with a new attempt, `Done` when it has ended before, or `Running` when a
    living process works on it or on another occurrence of the job; in the latter case a
    scheduled occurrence ends as skipped. Raise `JournalError` when the journal fails.
    """
    with store.transaction() as connection:
        row = _find(connection, job, due_at)
        if row is not None and row["ended_at"] is not None:
            return _done(store, row)
        gone, living = _settle(store, connection, job, now, is_alive)
        if living is not None:
            running = _running(store, living, due_at)
            if not running.same and not manual:
                _skip(connection, job, due_at, now, running)
            return running
        if row is None:
            _insert(connection, job, due_at, manual=manual, now=now)
            row = _find(connection, job, due_at)
        occurrence = int(row["id"]) if row is not None else 0
        _close_others(connection, job, occurrence, due_at, manual=manual, now=now)
        return _grant(connection, occurrence, now, process, gone)


def _find(connection: sqlite3.Connection, job: str, due_at: datetime) -> sqlite3.Row | None:
    query = "SELECT * FROM occurrences WHERE job = ? AND due_at = ?"
    row: sqlite3.Row | None = connection.execute(query, (job, to_text(due_at))).fetchone()
    return row


def _done(store: Store, row: sqlite3.Row) -> Done:
    exit_code = row["exit_code"] or 0
    if exit_code not in {int(one) for one in Exit}:
        raise store.damaged(f"{exit_code} is no exit code of opsrun")
    return Done(
        outcome=row["outcome"],
        exit_code=exit_code,
        ended_at=store.instant(row["ended_at"]),
        reason=row["reason"],
    )


def _settle(
    store: Store,
    connection: sqlite3.Connection,
    job: str,
    now: datetime,
    is_alive: Callable[[Process], bool],
) -> tuple[tuple[str, ...], sqlite3.Row | None]:
    """Abandon the job's attempts whose process is gone; return their marks and a living one."""
    query = (
        "SELECT attempts.*, occurrences.due_at FROM attempts JOIN occurrences"
        " ON occurrences.id = occurrence_id WHERE job = ? AND occurrences.ended_at IS NULL"
        " AND attempts.ended_at IS NULL ORDER BY attempts.id"
    )
    gone: list[str] = []
    living: sqlite3.Row | None = None
    for row in connection.execute(query, (job,)).fetchall():
        if is_alive(Process(pid=row["pid"], start_ticks=row["start_ticks"], boot=row["boot"])):
            living = row
            continue
        gone.append(row["mark"])
        for table, key in (("attempts", "id"), ("steps", "attempt_id")):
            connection.execute(
                f"UPDATE {table} SET ended_at = ?, outcome = 'abandoned'"  # noqa: S608 - two constants
                f" WHERE {key} = ? AND ended_at IS NULL",
                (to_text(now), row["id"]),
            )
        due_at = store.instant(row["due_at"])
        audit(connection, job, due_at, now, "abandoned", f"pid {row['pid']}")
    return tuple(gone), living


def _running(store: Store, living: sqlite3.Row, due_at: datetime) -> Running:
    theirs = store.instant(living["due_at"])
    return Running(pid=living["pid"], due_at=theirs, same=theirs == due_at)


def _skip(
    connection: sqlite3.Connection, job: str, due_at: datetime, now: datetime, running: Running
) -> None:
    _insert(connection, job, due_at, manual=False, now=now)
    reason = f"the run due at {to_text(running.due_at)} was still going, pid {running.pid}"
    connection.execute(
        "UPDATE occurrences SET ended_at = ?, outcome = 'skipped', exit_code = 10, reason = ?"
        " WHERE job = ? AND due_at = ? AND ended_at IS NULL",
        (to_text(now), reason, job, to_text(due_at)),
    )


def _insert(
    connection: sqlite3.Connection, job: str, due_at: datetime, *, manual: bool, now: datetime
) -> None:
    connection.execute(
        "INSERT OR IGNORE INTO occurrences (job, due_at, manual, created_at) VALUES (?, ?, ?, ?)",
        (job, to_text(due_at), int(manual), to_text(now)),
    )


def _close_others(
    connection: sqlite3.Connection,
    job: str,
    occurrence: int,
    due_at: datetime,
    *,
    manual: bool,
    now: datetime,
) -> None:
    """End what was left open by runners that are gone and that nobody will go on with.

    A manual run is never repeated by itself, and a scheduled one gives way to a later one.
    """
    connection.execute(
        "UPDATE occurrences SET ended_at = ?, outcome = 'failed', exit_code = 1,"
        " reason = 'abandoned: its process was gone, and a later run took its place'"
        " WHERE job = ? AND id <> ? AND ended_at IS NULL AND (manual OR (NOT ? AND due_at < ?))",
        (to_text(now), job, occurrence, int(manual), to_text(due_at)),
    )


def _grant(
    connection: sqlite3.Connection,
    occurrence: int,
    now: datetime,
    process: Process,
    gone: tuple[str, ...],
) -> Granted:
    query = "SELECT count(*) FROM attempts WHERE occurrence_id = ?"
    number = connection.execute(query, (occurrence,)).fetchone()[0] + 1
    mark = f"{process.boot}:{process.pid}:{process.start_ticks}:{occurrence}:{number}"
    attempt = connection.execute(
        "INSERT INTO attempts (occurrence_id, number, pid, start_ticks, boot, mark, started_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (occurrence, number, process.pid, process.start_ticks, process.boot, mark, to_text(now)),
    ).lastrowid
    proven = connection.execute(
        "SELECT name, digest FROM steps JOIN attempts ON attempts.id = attempt_id"
        " WHERE occurrence_id = ? AND steps.outcome = 'ok'",
        (occurrence,),
    ).fetchall()
    return Granted(
        occurrence_id=occurrence,
        attempt_id=attempt or 0,
        number=number,
        proven=frozenset((row["name"], row["digest"]) for row in proven),
        gone=gone,
    )


def audit(
    connection: sqlite3.Connection,
    job: str,
    due_at: datetime,
    now: datetime,
    what: str,
    detail: str,
) -> None:
    """Write down who changed what outside the course of things, within a transaction."""
    connection.execute(
        "INSERT INTO audit (at, job, due_at, what, detail) VALUES (?, ?, ?, ?, ?)",
        (to_text(now), job, to_text(due_at), what, detail),
    )
