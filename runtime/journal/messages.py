"""Messages: what is told in one piece, made of the notices that wait in the outbox.

Who delivers calls `begin`, tells people, then `delivered`, `put_off` or `given_up`. A message is
made once; what it carries and its key stay the same through every attempt and every crash, so that
whoever gets it twice can tell.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from runtime.clock import to_text
from runtime.contract.frozen import Frozen, frozen
from runtime.journal.outbox import Notice, key_of

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from runtime.contract.channel import Channel
    from runtime.journal.store import Store

MOST: Final = 1000
"""Notices in one message, at most; others go into the next one."""
LONGEST_WAIT_SECONDS: Final = 86_400
"""Longest wait between two attempts. An instant beyond it was written by a clock that was wrong."""


OVERTAKEN_AFTER: Final = 3
"""Attempts after which a message that does not arrive lets one other go before it."""


@frozen
class Message(Frozen):
    """Notices that are told in one piece; `attempts` counts the present one."""

    id: int
    key: str
    channel: str
    made_at: datetime
    attempts: int
    notices: tuple[Notice, ...]


def channels_that_wait(store: Store) -> tuple[str, ...]:
    """Return the names of channels for which anything waits, due or not, in order."""
    rows = store.rows(
        "SELECT channel FROM outbox WHERE message_id IS NULL"
        " UNION SELECT channel FROM messages WHERE ended_at IS NULL ORDER BY channel"
    )
    return tuple(row["channel"] for row in rows)


def begin(
    store: Store, name: str, channel: Channel, *, now: datetime, put_off_seconds: float
) -> Message | None:
    """Return the next message of a channel that is due, its attempt counted; None when none is.

    Its next attempt is put off by `put_off_seconds` at once: one that kills its deliverer does not
    come back the moment that one is started again. While an attempt is put off, the whole channel
    waits, and what comes meanwhile is told together.
    """
    with store.transaction() as connection:
        query = (
            "SELECT * FROM messages WHERE channel = ? AND ended_at IS NULL ORDER BY attempts, id"
        )
        rows = connection.execute(query, (name,)).fetchall()
        latest = now + timedelta(seconds=LONGEST_WAIT_SECONDS)
        if any(to_text(now) < row["next_attempt_at"] <= to_text(latest) for row in rows):
            return None
        is_stuck = len(rows) == 1 and rows[0]["attempts"] >= OVERTAKEN_AFTER
        made = None
        # What knows incidents must not hear that one is over before it hears that it began.
        if not rows or (is_stuck and channel.pagerduty is None):
            made = _make(connection, name, channel, now)
        if made is None and rows:
            made = rows[0]["id"]
        if made is None:
            return None
        next_at = now + timedelta(seconds=put_off_seconds)
        connection.execute(
            "UPDATE messages SET attempts = attempts + 1, next_attempt_at = ? WHERE id = ?",
            (to_text(next_at), made),
        )
        row = connection.execute("SELECT * FROM messages WHERE id = ?", (made,)).fetchone()
        return _message(store, connection, row)


def _make(connection: sqlite3.Connection, name: str, channel: Channel, now: datetime) -> int | None:
    """Make the next message of a channel out of what waits, if any is due; return its id."""
    waiting = connection.execute(
        "SELECT * FROM outbox WHERE channel = ? AND message_id IS NULL ORDER BY id LIMIT ?",
        (name, MOST),
    ).fetchall()
    if not waiting:
        return None
    since = to_text(now - timedelta(seconds=channel.limit_span_seconds))
    counted = connection.execute(
        "SELECT count(*) FROM messages WHERE channel = ? AND is_counted"
        " AND made_at > ? AND made_at <= ?",
        (name, since, to_text(now)),
    ).fetchone()[0]
    ready_before = to_text(now - timedelta(seconds=channel.group_seconds))
    groups = _groups(waiting, ready_before, to_text(now))
    carried, is_counted = _next_group(groups, channel.limit - counted)
    if not carried:
        return None
    made = connection.execute(
        "INSERT INTO messages (key, channel, is_counted, made_at, next_attempt_at)"
        " VALUES (?, ?, ?, ?, ?)",
        (
            key_of("".join(row["key"] for row in carried)),
            name,
            is_counted,
            to_text(now),
            to_text(now),
        ),
    ).lastrowid
    _assign(connection, made, carried)
    return made


def _assign(
    connection: sqlite3.Connection, message: int | None, rows: Iterable[sqlite3.Row]
) -> None:
    connection.executemany(
        "UPDATE outbox SET message_id = ? WHERE id = ?", ((message, row["id"]) for row in rows)
    )


def _groups(rows: Iterable[sqlite3.Row], ready_before: str, now: str) -> list[list[sqlite3.Row]]:
    """Return what is told together and has waited for company, the oldest first.

    That is all of one service; where a channel knows incidents, all that is next to be said of one.
    """
    groups: dict[str, list[sqlite3.Row]] = {}
    closed: set[str] = set()
    for row in rows:
        name = row["incident"] or row["job"].partition("/")[0]
        group = groups.setdefault(name, [])
        if group and row["incident"] and (group[0]["outcome"] == "ok") != (row["outcome"] == "ok"):
            # That it is over is said after that it began, and apart from it.
            closed.add(name)
        if name not in closed:
            group.append(row)
    # A notice from the future was written by a clock that was wrong.
    return [g for g in groups.values() if not ready_before < g[0]["created_at"] <= now]


def _next_group(groups: list[list[sqlite3.Row]], free: int) -> tuple[list[sqlite3.Row], bool]:
    """Return what the next message carries, and whether the limit, with `free` left, counts it.

    That an incident is over disturbs nobody, so the limit does not hold it back. Where the limit
    leaves one message for several groups, it carries them all.
    """
    begun = []
    for group in groups:
        if group[0]["incident"] and group[0]["outcome"] == "ok":
            return group, False
        begun.append(group)
    if free <= 0 or not begun:
        return [], True
    if free == 1:
        return sorted((row for group in begun for row in group), key=lambda row: row["id"]), True
    return begun[0], True


def _message(store: Store, connection: sqlite3.Connection, row: sqlite3.Row) -> Message:
    query = "SELECT * FROM outbox WHERE message_id = ? ORDER BY id"
    return Message(
        id=row["id"],
        key=row["key"],
        channel=row["channel"],
        made_at=store.instant(row["made_at"]),
        attempts=row["attempts"],
        notices=tuple(
            Notice(
                channel=one["channel"],
                host=one["host"],
                job=one["job"],
                due_at=store.instant(one["due_at"]),
                outcome=one["outcome"],
                reason=one["reason"],
                incident=one["incident"],
            )
            for one in connection.execute(query, (row["id"],))
        ),
    )


def delivered(store: Store, message: Message, now: datetime) -> None:
    """Record that a message arrived."""
    with store.transaction() as connection:
        _end(connection, message.id, "delivered", "", now)


def put_off(store: Store, message: Message, error: str, until: datetime) -> None:
    """Record why an attempt failed, and when the next one is due. `error` must hold no secret."""
    with store.transaction() as connection:
        connection.execute(
            "UPDATE messages SET last_error = ?, next_attempt_at = ? WHERE id = ?",
            (error, to_text(until), message.id),
        )


def given_up(store: Store, message: Message, error: str, now: datetime) -> None:
    """Record that a message will not be tried again, with a line of the audit for each notice."""
    with store.transaction() as connection:
        _give_up(connection, message.id, error, now)


def _give_up(connection: sqlite3.Connection, message: int, error: str, now: datetime) -> None:
    _end(connection, message, "given up", error, now)
    connection.execute(
        "INSERT INTO audit (at, job, due_at, what, detail)"
        " SELECT ?, job, due_at, 'notice given up', channel || ': ' || ?"
        " FROM outbox WHERE message_id = ? ORDER BY id",
        (to_text(now), error, message),
    )


def _end(
    connection: sqlite3.Connection, message: int, outcome: str, error: str, now: datetime
) -> None:
    connection.execute(
        "UPDATE messages SET ended_at = ?, outcome = ?, last_error = ?"
        " WHERE id = ? AND ended_at IS NULL",
        (to_text(now), outcome, error, message),
    )


def give_up_strays(store: Store, known: Collection[str], *, before: datetime, now: datetime) -> int:
    """Give up what has waited since `before` for channels that are not `known`; return how many."""
    strays = [name for name in channels_that_wait(store) if name not in known]
    if not strays:
        return 0
    ended = 0
    with store.transaction() as connection:
        for name in strays:
            query = (
                "SELECT * FROM outbox WHERE channel = ? AND message_id IS NULL AND created_at < ?"
            )
            rows = connection.execute(query, (name, to_text(before))).fetchall()
            if rows:
                made = connection.execute(
                    "INSERT INTO messages (key, channel, is_counted, made_at, next_attempt_at)"
                    " VALUES (?, ?, 0, ?, ?)",
                    (
                        key_of("".join(row["key"] for row in rows)),
                        name,
                        to_text(before),
                        to_text(now),
                    ),
                ).lastrowid
                _assign(connection, made, rows)
            query = (
                "SELECT id FROM messages WHERE channel = ? AND ended_at IS NULL AND made_at <= ?"
            )
            for row in connection.execute(query, (name, to_text(before))).fetchall():
                _give_up(connection, row["id"], "the plan has no such channel", now)
                ended += 1
    return ended


def newest(store: Store) -> int:
    """Return the number of the latest notice that was written down; 0 when there is none."""
    latest: int = store.rows("SELECT coalesce(max(id), 0) AS id FROM outbox")[0]["id"]
    return latest


def company_seconds(store: Store, name: str, channel: Channel, now: datetime) -> float | None:
    """Return how long it is until a channel's next group has waited for company; None for none."""
    rows = store.rows(
        "SELECT min(created_at) AS at FROM outbox WHERE channel = ? AND message_id IS NULL"
        " AND created_at > ? AND created_at <= ?",
        name,
        to_text(now - timedelta(seconds=channel.group_seconds)),
        to_text(now),
    )
    if rows[0]["at"] is None:
        return None
    return channel.group_seconds - (now - store.instant(rows[0]["at"])).total_seconds()
