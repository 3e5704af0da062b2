"""Decide who runs an occurrence, in one transaction; record what nobody ran.

An occurrence is claimed under ``BEGIN IMMEDIATE`` and ends exactly once. An attempt whose process
is gone is abandoned here, and the occurrence goes on with a new attempt.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, Protocol

from runtime.clock import to_text
from runtime.contract.frozen import Frozen, frozen
from runtime.errors import Exit
from runtime.journal.holds import hold_of
from runtime.journal.record import ELSEWHERE, Claim, Done, Outcome, Running, Skipped
from runtime.journal.settle import audit, settle
from runtime.journal.steps import note_skip, plan_attempt

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import datetime

    from runtime.journal.record import Outcome
    from runtime.journal.store import Store
    from runtime.lineage import Process


GAVE_WAY: Final = "abandoned: its process was gone, and a later run took its place"
"""Why an occurrence failed that nobody goes on with."""


_LEARN: Final = (
    "INSERT INTO schedules VALUES (?, ?, ?) ON CONFLICT (job) DO UPDATE"
    " SET schedule = excluded.schedule, since = excluded.since"
    " WHERE schedule <> excluded.schedule"
)


class Tell(Protocol):
    """Writes down, in the same transaction, who is to be told how an occurrence ended."""

    def __call__(
        self, connection: sqlite3.Connection, due_at: datetime, outcome: Outcome, reason: str, /
    ) -> None:
        """Write the notices of one end."""


def tell_nobody(
    connection: sqlite3.Connection,
    due_at: datetime,
    outcome: Outcome,
    reason: str,
    /,
) -> None:
    """Tell nobody."""


@frozen
class Asked(Frozen):
    """An occurrence, and who wants to run it when.

    `window` names a maintenance window that is open, and in which the job does not run by itself.
    `by_hand` when a person named the occurrence. `gives_way` when an occurrence that finds another
    one of the job running is skipped; else it waits for its turn in a later call.
    """

    job: str
    due_at: datetime
    manual: bool
    now: datetime
    process: Process
    is_alive: Callable[[Process], bool]
    window: str | None = None
    by_hand: bool = False
    gives_way: bool = True
    tell: Tell = tell_nobody


def since_when(store: Store, job: str, schedule: str, now: datetime) -> datetime:
    """Return since when this host knows the job by this schedule; a new schedule starts now.

    Instants before that are nobody's fault and are never recorded as missed.
    """
    query = "SELECT since FROM schedules WHERE job = ? AND schedule = ?"
    known = store.rows(query, job, schedule)
    if known:
        return store.instant(known[0]["since"])
    with store.transaction() as connection:
        connection.execute(_LEARN, (job, schedule, to_text(now)))
        query = "SELECT since FROM schedules WHERE job = ?"
        return store.instant(connection.execute(query, (job,)).fetchone()[0])


def learn(store: Store, schedules: Mapping[str, str], now: datetime) -> None:
    """Have this host know jobs, by key, by their schedules; those that it knows so stay."""
    known = {row["job"]: row["schedule"] for row in store.rows("SELECT * FROM schedules")}
    new = [(job, said, to_text(now)) for job, said in schedules.items() if known.get(job) != said]
    if new:
        with store.transaction() as connection:
            connection.executemany(_LEARN, new)


def open_jobs(store: Store) -> set[str]:
    """Return the jobs of which a scheduled occurrence was begun and has not ended."""
    query = (
        "SELECT DISTINCT job FROM occurrences INDEXED BY open_occurrences"
        " WHERE ended_at IS NULL AND NOT manual"
    )
    return {row["job"] for row in store.rows(query)}


def latest_scheduled(store: Store, job: str, now: datetime) -> datetime | None:
    """Return the latest scheduled occurrence, not after now, that the journal knows of a job.

    One that lies ahead was recorded while the clock was wrong.
    """
    query = (
        "SELECT due_at FROM occurrences WHERE job = ? AND NOT manual AND due_at <= ?"
        " ORDER BY due_at DESC LIMIT 1"
    )
    rows = store.rows(query, job, to_text(now))
    return store.instant(rows[0]["due_at"]) if rows else None


def ended_outcome(store: Store, job: str, due_at: datetime) -> str | None:
    """Return how an occurrence ended; an empty text while it is open, None when it is unknown.

    One that another host ran for all ended as it did there.
    """
    query = "SELECT outcome, reason FROM occurrences WHERE job = ? AND due_at = ?"
    rows = store.rows(query, job, to_text(due_at))
    if not rows:
        return None
    if rows[0]["outcome"] == "skipped" and ELSEWHERE in rows[0]["reason"]:
        return str(rows[0]["reason"].rpartition(ELSEWHERE)[2])
    return rows[0]["outcome"] or ""


def knows_since(store: Store, job: str) -> datetime | None:
    """Return since when this host knows a job; None when it was never asked to run it."""
    rows = store.rows("SELECT since FROM schedules WHERE job = ?", job)
    return store.instant(rows[0]["since"]) if rows else None


def latest_outcome(store: Store, job: str) -> str | None:
    """Return how a job's latest occurrence ended, scheduled or not; as `ended_outcome` says it."""
    query = "SELECT outcome FROM occurrences WHERE job = ? ORDER BY due_at DESC LIMIT 1"
    rows = store.rows(query, job)
    return (rows[0]["outcome"] or "") if rows else None


def record_missed(
    store: Store,
    job: str,
    instants: Iterable[datetime],
    now: datetime,
    reason: str,
    tell: Tell = tell_nobody,
) -> int:
    """Record occurrences that nobody ran; those that the journal knows stay. Return how many."""
    number = 0
    with store.transaction() as connection:
        for due in _missed(connection, job, instants, now, reason):
            tell(connection, due, "missed", reason)
            number += 1
    return number


def _missed(
    connection: sqlite3.Connection,
    job: str,
    instants: Iterable[datetime],
    now: datetime,
    reason: str,
) -> Iterator[datetime]:
    for due in instants:
        done = connection.execute(
            "INSERT OR IGNORE INTO occurrences"
            " (job, due_at, manual, created_at, ended_at, outcome, reason)"
            " VALUES (?, ?, 0, ?, ?, 'missed', ?)",
            (job, to_text(due), to_text(now), to_text(now), reason),
        )
        if done.rowcount:
            yield due


def claim(store: Store, asked: Asked) -> Claim:
    """Claim an occurrence.

    Return `Granted` with a new attempt, `Done` when it has ended before, `Running` when a living
    process works on it or on another occurrence of the job (a scheduled occurrence then ends as
    skipped), or `Skipped` when the job is held or a maintenance window is open. A manual run asks
    for no window. What is granted is on the disk when a step begins, and all else at once. Raise
    `JournalError` when the journal fails.
    """
    answer = _claim(store, asked)
    if isinstance(answer, Running | Skipped):
        store.force()
    return answer


def _claim(store: Store, asked: Asked) -> Claim:
    with store.transaction(is_forced=False) as connection:
        row = _find(connection, asked)
        if row is not None and row["ended_at"] is not None:
            return _done(store, row)
        gone, living = settle(store, connection, asked.job, asked.now, asked.is_alive)
        if living is not None:
            theirs = store.instant(living["due_at"])
            running = Running(pid=living["pid"], due_at=theirs, same=theirs == asked.due_at)
            if not running.same and not asked.manual and asked.gives_way:
                going = f"the run due at {to_text(theirs)} was still going, pid {running.pid}"
                _skip(connection, asked, going)
            return running
        reason = _hindrance(store, connection, asked)
        if reason is not None:
            # What has begun once is no skipped one: it stays open, for after the hold.
            if not asked.manual and not _has_begun(connection, row):
                _skip(connection, asked, reason)
            return Skipped(reason=reason)
        if row is None:
            _insert(connection, asked)
            row = _find(connection, asked)
        occurrence = int(row["id"]) if row is not None else 0
        _close_others(store, connection, asked, occurrence)
        attempt = plan_attempt(
            connection,
            job=asked.job,
            due_at=asked.due_at,
            manual=asked.manual,
            occurrence=occurrence,
            planned_at=_planned_at(store, connection, occurrence, asked.now),
            process=asked.process,
        )
        return replace(attempt, gone=gone, by_hand=asked.manual or asked.by_hand)


def reopen(store: Store, job: str, due_at: datetime, now: datetime, by: str) -> bool:
    """Open an occurrence again that ended otherwise than well; return whether there is such a one.

    Its proven steps stay proven. That it was opened is in the audit.
    """
    with store.transaction() as connection:
        changed = connection.execute(
            "UPDATE occurrences SET ended_at = NULL, outcome = NULL, exit_code = NULL, reason = ''"
            " WHERE job = ? AND due_at = ? AND ended_at IS NOT NULL AND outcome <> 'ok'",
            (job, to_text(due_at)),
        ).rowcount
        if changed:
            # What was told of its former end keeps no notice of its next one from being written.
            connection.execute(
                "UPDATE outbox SET key = key || '#' || id WHERE job = ? AND due_at = ?",
                (job, to_text(due_at)),
            )
            audit(connection, job, due_at, now, "reopened", f"by {by}")
        return bool(changed)


def latest_to_retry(store: Store, job: str) -> datetime | None:
    """Return the latest occurrence of a job when it ended otherwise than well, else None."""
    query = "SELECT due_at, outcome FROM occurrences WHERE job = ? ORDER BY due_at DESC LIMIT 1"
    rows = store.rows(query, job)
    if not rows or rows[0]["outcome"] in (None, "ok"):
        return None
    return store.instant(rows[0]["due_at"])


def _hindrance(store: Store, connection: sqlite3.Connection, asked: Asked) -> str | None:
    """Return why the occurrence is not to run now, or None."""
    hold = hold_of(store, connection, asked.job, asked.now)
    if hold is not None:
        said = f": {hold.reason}" if hold.reason else ""
        return f"held since {to_text(hold.since)} by {hold.held_by}{said}"
    if asked.window is not None and not asked.manual:
        return f"the maintenance window {asked.window} is open"
    return None


def _has_begun(connection: sqlite3.Connection, row: sqlite3.Row | None) -> bool:
    """Return whether an attempt of the occurrence has got further than waiting."""
    query = "SELECT 1 FROM attempts WHERE occurrence_id = ? AND started_at IS NOT NULL"
    return row is not None and connection.execute(query, (row["id"],)).fetchone() is not None


def _find(connection: sqlite3.Connection, asked: Asked) -> sqlite3.Row | None:
    query = "SELECT * FROM occurrences WHERE job = ? AND due_at = ?"
    row: sqlite3.Row | None = connection.execute(
        query, (asked.job, to_text(asked.due_at))
    ).fetchone()
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


def _skip(connection: sqlite3.Connection, asked: Asked, reason: str) -> None:
    _insert(connection, asked)
    connection.execute(
        "UPDATE occurrences SET ended_at = ?, outcome = 'skipped', exit_code = 10, reason = ?"
        " WHERE job = ? AND due_at = ? AND ended_at IS NULL",
        (to_text(asked.now), reason, asked.job, to_text(asked.due_at)),
    )
    note_skip(connection, asked.job, asked.due_at, asked.now)
    asked.tell(connection, asked.due_at, "skipped", reason)


def _insert(connection: sqlite3.Connection, asked: Asked) -> None:
    connection.execute(
        "INSERT OR IGNORE INTO occurrences (job, due_at, manual, created_at) VALUES (?, ?, ?, ?)",
        (asked.job, to_text(asked.due_at), int(asked.manual), to_text(asked.now)),
    )


def _planned_at(
    store: Store, connection: sqlite3.Connection, occurrence: int, now: datetime
) -> datetime:
    """Return when the next attempt may begin: now, or when an abandoned wait would have ended."""
    row = connection.execute(
        "SELECT planned_at FROM attempts WHERE occurrence_id = ? AND started_at IS NULL"
        " ORDER BY number DESC LIMIT 1",
        (occurrence,),
    ).fetchone()
    return now if row is None else max(now, store.instant(row[0]))


def _close_others(
    store: Store, connection: sqlite3.Connection, asked: Asked, occurrence: int
) -> None:
    """End what was left open by runners that are gone and that nobody will go on with.

    A manual run is never repeated by itself, and a scheduled one gives way to a later one.
    """
    others = connection.execute(
        "UPDATE occurrences SET ended_at = ?, outcome = 'failed', exit_code = 1, reason = ?"
        " WHERE job = ? AND id <> ? AND ended_at IS NULL AND (manual OR (NOT ? AND due_at < ?))"
        " RETURNING id, due_at",
        (
            to_text(asked.now),
            GAVE_WAY,
            asked.job,
            occurrence,
            int(asked.manual),
            to_text(asked.due_at),
        ),
    ).fetchall()
    for row in others:
        connection.execute(
            "UPDATE standing SET outcome = 'failed', exit_code = 1, ended_at = ?"
            " WHERE job = ? AND occurrence_id = ?",
            (to_text(asked.now), asked.job, row["id"]),
        )
        asked.tell(connection, store.instant(row["due_at"]), "failed", GAVE_WAY)
