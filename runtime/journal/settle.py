"""Settle attempts whose process is gone, within a transaction, and keep the audit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runtime.clock import to_text
from runtime.lineage import Process

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable
    from datetime import datetime

    from runtime.journal.store import Store


def settle(
    store: Store,
    connection: sqlite3.Connection,
    job: str,
    now: datetime,
    is_alive: Callable[[Process], bool],
) -> tuple[tuple[str, ...], sqlite3.Row | None]:
    """Abandon the job's attempts whose process is gone; return their marks and a living one."""
    query = (
        "SELECT attempts.*, occurrences.due_at FROM occurrences CROSS JOIN attempts"
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
        connection.execute(
            "UPDATE standing SET ended_at = ?, outcome = 'abandoned'"
            " WHERE job = ? AND occurrence_id = ? AND outcome IS NULL",
            (to_text(now), job, row["occurrence_id"]),
        )
        due_at = store.instant(row["due_at"])
        audit(connection, job, due_at, now, "abandoned", f"pid {row['pid']}")
    return tuple(gone), living


def left_behind(store: Store, job: str, is_alive: Callable[[Process], bool]) -> tuple[str, ...]:
    """Return the marks of a job's attempts that did not end and whose process is gone.

    What they left running is to be stopped before they are settled: after that nobody knows them.
    """
    query = (
        "SELECT attempts.* FROM occurrences CROSS JOIN attempts ON occurrences.id = occurrence_id"
        " WHERE job = ? AND occurrences.ended_at IS NULL AND attempts.ended_at IS NULL"
    )
    return tuple(
        row["mark"]
        for row in store.rows(query, job)
        if not is_alive(Process(pid=row["pid"], start_ticks=row["start_ticks"], boot=row["boot"]))
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
