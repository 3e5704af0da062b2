"""Keep the journal small and sound: prune what is older than its retention, look at the pages.

Both are done in small pieces by whichever run comes first after a while, so that no claim waits.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from runtime.clock import to_text

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable
    from datetime import datetime

    from runtime.journal.store import Store

PRUNE_EVERY: Final = timedelta(hours=1)
CHECK_EVERY: Final = timedelta(days=1)

BATCH: Final = 500
"""Occurrences that one transaction deletes: some milliseconds, which a claim may have to wait."""

PAUSE_SECONDS: Final = 0.03
"""How long the lock is left to others between two batches: SQLite does not queue those who wait,
they look again every few milliseconds, and would not meet a shorter gap."""

_OLD = (
    "SELECT id FROM occurrences WHERE ended_at < ?"
    " AND id NOT IN (SELECT occurrence_id FROM standing)"
    " AND id NOT IN (SELECT coalesce((SELECT id FROM occurrences WHERE job = schedules.job"
    " AND NOT manual ORDER BY due_at DESC LIMIT 1), 0) FROM schedules)"
    " ORDER BY ended_at LIMIT ?"
)


def is_due(store: Store, what: str, every: timedelta, now: datetime) -> bool:
    """Return whether a piece of upkeep is due, and note that it is done from now on.

    Of several processes that ask, one is told so. A clock that was turned back makes it due.
    """
    query = "SELECT done_at FROM upkeep WHERE what = ?"
    known = store.rows(query, what)
    if known and timedelta(0) <= now - store.instant(known[0]["done_at"]) < every:
        return False
    with store.transaction() as connection:
        row = connection.execute(query, (what,)).fetchone()
        if row is not None and timedelta(0) <= now - store.instant(row[0]) < every:
            return False
        connection.execute("INSERT OR REPLACE INTO upkeep VALUES (?, ?)", (what, to_text(now)))
    return True


def prune(
    store: Store,
    *,
    older_than: datetime,
    go_on: Callable[[], bool] = lambda: True,
    sleep: Callable[[float], None] = lambda _: None,
) -> int:
    """Delete occurrences that ended before an instant, and what the audit says of before it.

    What people were told of them goes too, and alerts that last came before it; what they are
    still to be told stays.

    The one by which a job stands stays, the latest by schedule, which tells what was missed, and
    the counters. Return how many went; `go_on` is asked before each batch, `sleep` called after it.
    """
    text, gone = to_text(older_than), 0
    while go_on():
        with store.transaction() as connection:
            batch = [row[0] for row in connection.execute(_OLD, (text, BATCH))]
            _delete(connection, batch)
        gone += len(batch)
        if len(batch) < BATCH:
            break
        sleep(PAUSE_SECONDS)
    # Asked once an hour, and by nobody else of those who load this.
    from runtime.journal.alerts import forget_alerts
    from runtime.journal.outbox_view import forget

    for forget_batch in (forget, forget_alerts):
        while go_on() and forget_batch(store, older_than, BATCH) == BATCH:
            sleep(PAUSE_SECONDS)
    with store.transaction() as connection:
        connection.execute("DELETE FROM audit WHERE at < ?", (text,))
    return gone


def look_for_damage(store: Store) -> str | None:
    """Read every page of the journal; return what SQLite finds wrong, or None.

    Raise `JournalError` when it cannot be read at all.
    """
    found = str(store.rows("PRAGMA quick_check(1)")[0][0])
    return None if found == "ok" else found.splitlines()[-1]


def _delete(connection: sqlite3.Connection, occurrences: list[int]) -> None:
    numbers = [(number,) for number in occurrences]
    for statement in (
        "DELETE FROM approvals WHERE occurrence_id = ?",
        "DELETE FROM steps WHERE attempt_id IN (SELECT id FROM attempts WHERE occurrence_id = ?)",
        "DELETE FROM attempts WHERE occurrence_id = ?",
        "DELETE FROM occurrences WHERE id = ?",
    ):
        connection.executemany(statement, numbers)
