"""Look into the outbox: what waits, what was given up; send it again, or forget it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runtime.clock import to_text
from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from runtime.journal.store import Store


@frozen
class Entry(Frozen):
    """A message that is not delivered, or, with no `key`, what waits to become one."""

    channel: str
    key: str | None
    state: str
    notices: int
    jobs: tuple[str, ...]
    since: datetime
    attempts: int
    next_attempt_at: datetime | None
    last_error: str


@frozen
class Standing(Frozen):
    """What the metrics say of one channel; counts are of what the journal still keeps."""

    waiting: int
    oldest_at: datetime | None
    delivered: int
    given_up: int


def entries(store: Store) -> list[Entry]:
    """Return what is not delivered, by channel: what waits, then messages, the oldest first."""
    unmade = store.rows(
        "SELECT channel, count(*) AS notices, min(created_at) AS since,"
        " group_concat(DISTINCT job) AS jobs FROM outbox WHERE message_id IS NULL GROUP BY channel"
    )
    made = store.rows(
        "SELECT messages.*, count(outbox.id) AS notices, group_concat(DISTINCT job) AS jobs"
        " FROM messages JOIN outbox ON message_id = messages.id"
        " WHERE messages.outcome IS NOT 'delivered' GROUP BY messages.id ORDER BY messages.id"
    )
    found = [
        Entry(
            channel=row["channel"],
            key=None,
            state="waiting",
            notices=row["notices"],
            jobs=_jobs(row["jobs"]),
            since=store.instant(row["since"]),
            attempts=0,
            next_attempt_at=None,
            last_error="",
        )
        for row in unmade
    ]
    for row in made:
        is_open = row["outcome"] is None
        entry = Entry(
            channel=row["channel"],
            key=row["key"],
            state="put off" if is_open else "given up",
            notices=row["notices"],
            jobs=_jobs(row["jobs"]),
            since=store.instant(row["made_at"]),
            attempts=row["attempts"],
            next_attempt_at=store.instant(row["next_attempt_at"]) if is_open else None,
            last_error=row["last_error"],
        )
        found.append(entry)
    return sorted(found, key=lambda entry: entry.channel)


def _jobs(joined: str) -> tuple[str, ...]:
    return tuple(sorted(joined.split(",")))


def standings(store: Store) -> dict[str, Standing]:
    """Return how each channel stands that was ever told anything."""
    rows = store.rows(
        "SELECT outbox.channel, sum(ended_at IS NULL) AS waiting,"
        " min(CASE WHEN ended_at IS NULL THEN created_at END) AS oldest_at,"
        " sum(messages.outcome IS 'delivered') AS delivered,"
        " sum(messages.outcome IS 'given up') AS given_up"
        " FROM outbox LEFT JOIN messages ON messages.id = message_id"
        " GROUP BY outbox.channel ORDER BY outbox.channel"
    )
    return {
        row["channel"]: Standing(
            waiting=row["waiting"],
            oldest_at=None if row["oldest_at"] is None else store.instant(row["oldest_at"]),
            delivered=row["delivered"],
            given_up=row["given_up"],
        )
        for row in rows
    }


def retry(store: Store, channels: Sequence[str], now: datetime) -> int:
    """Make everything of these channels due now, what was given up too; return how many messages.

    No channel means all of them.
    """
    with store.transaction() as connection:
        rows = connection.execute(
            "SELECT id, channel FROM messages WHERE outcome IS NOT 'delivered'"
        ).fetchall()
        chosen = [row["id"] for row in rows if not channels or row["channel"] in channels]
        connection.executemany(
            "INSERT INTO audit (at, job, due_at, what, detail)"
            " SELECT ?, job, due_at, 'notice tried again', outbox.channel FROM outbox"
            " JOIN messages ON messages.id = message_id"
            " WHERE message_id = ? AND messages.outcome = 'given up'",
            ((to_text(now), message) for message in chosen),
        )
        connection.executemany(
            "UPDATE messages SET outcome = NULL, ended_at = NULL, attempts = 0, made_at = ?,"
            " next_attempt_at = ? WHERE id = ?",
            ((to_text(now), to_text(now), message) for message in chosen),
        )
    return len(chosen)


def forget(store: Store, before: datetime, limit: int) -> int:
    """Delete messages that ended before an instant, with their notices; return how many.

    It is one transaction, of at most `limit` messages.
    """
    with store.transaction() as connection:
        query = "SELECT id FROM messages WHERE ended_at < ? ORDER BY id LIMIT ?"
        found = [(row["id"],) for row in connection.execute(query, (to_text(before), limit))]
        connection.executemany("DELETE FROM outbox WHERE message_id = ?", found)
        connection.executemany("DELETE FROM messages WHERE id = ?", found)
    return len(found)
