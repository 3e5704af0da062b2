"""Holds: jobs that are not to run for a while, and who said so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runtime.clock import to_text
from runtime.journal.record import ALL_JOBS, Hold
from runtime.journal.settle import audit

if TYPE_CHECKING:
    import sqlite3
    from datetime import datetime

    from runtime.journal.store import Store


def put_on_hold(store: Store, hold: Hold) -> None:
    """Hold a job, or every one; a hold that is there already is replaced."""
    until = None if hold.until is None else to_text(hold.until)
    with store.transaction() as connection:
        connection.execute(
            "INSERT OR REPLACE INTO holds (job, since, until, reason, held_by)"
            " VALUES (?, ?, ?, ?, ?)",
            (hold.job, to_text(hold.since), until, hold.reason, hold.held_by),
        )
        detail = f"by {hold.held_by}: {hold.reason}"
        audit(connection, hold.job, hold.since, hold.since, "held", detail)


def release(store: Store, job: str, now: datetime, by: str) -> bool:
    """End the hold of a job, or that of every one; return whether there was one."""
    with store.transaction() as connection:
        found = connection.execute("DELETE FROM holds WHERE job = ?", (job,)).rowcount
        if found:
            audit(connection, job, now, now, "released", f"by {by}")
        return bool(found)


def holds(store: Store, now: datetime) -> list[Hold]:
    """Return the holds that are in force, by job."""
    rows = store.rows("SELECT * FROM holds ORDER BY job")
    return [hold for row in rows if (hold := _hold(store, row)).until is None or hold.until > now]


def hold_of(store: Store, connection: sqlite3.Connection, job: str, now: datetime) -> Hold | None:
    """Return the hold that keeps a job from running, within a transaction, or None."""
    rows = connection.execute("SELECT * FROM holds WHERE job IN (?, ?)", (job, ALL_JOBS))
    found = [_hold(store, row) for row in rows.fetchall()]
    return next((hold for hold in found if hold.until is None or hold.until > now), None)


def _hold(store: Store, row: sqlite3.Row) -> Hold:
    return Hold(
        job=row["job"],
        since=store.instant(row["since"]),
        until=None if row["until"] is None else store.instant(row["until"]),
        reason=row["reason"],
        held_by=row["held_by"],
    )
