"""Read the journal for an overview: what is open, what is known since when, and jobs' courses.

Each question is one query, however much the journal holds, and those about all jobs take little
of each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from runtime.contract.frozen import Frozen, frozen
from runtime.journal.history import facts_in, last_occurrence

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from typing import Any

    from runtime.journal.record import OccurrenceRecord
    from runtime.journal.store import Store


@frozen
class Ran(Frozen):
    """One occurrence of a job's course; `outcome` is None until it has ended.

    `duration_seconds` is that of its latest attempt, None when that took no time.
    """

    due_at: datetime
    manual: bool
    outcome: str | None
    exit_code: int | None
    reason: str
    duration_seconds: float | None


class End(NamedTuple):
    """How a job ended last, as it is kept: instants are texts of one width that sort by time.

    There are thousands of them, and few are looked at more closely.
    """

    due_at: str | None
    ended_at: str | None
    outcome: str | None


_COURSE = (
    "SELECT due_at, manual, outcome, exit_code, reason,"
    " (SELECT duration_seconds FROM attempts WHERE occurrence_id = occurrences.id"
    " ORDER BY number DESC LIMIT 1) AS duration_seconds"
    " FROM occurrences WHERE job = ? ORDER BY due_at DESC LIMIT ?"
)


def course(store: Store, job: str, limit: int) -> tuple[Ran, ...]:
    """Return the latest occurrences of a job, the oldest of them first."""
    return tuple(
        Ran(
            due_at=store.instant(row["due_at"]),
            manual=bool(row["manual"]),
            outcome=row["outcome"],
            exit_code=row["exit_code"],
            reason=row["reason"],
            duration_seconds=row["duration_seconds"],
        )
        for row in reversed(store.rows(_COURSE, job, limit))
    )


def open_occurrences(store: Store) -> dict[str, OccurrenceRecord]:
    """Return the latest occurrence of each job that has one which has not ended."""
    # Named, or every occurrence would be looked at for those that are open.
    query = (
        "SELECT DISTINCT job FROM occurrences INDEXED BY open_occurrences WHERE ended_at IS NULL"
    )
    jobs = [row["job"] for row in store.rows(query)]
    found = {job: last_occurrence(store, job) for job in jobs}
    # One may have ended in between.
    return {job: one for job, one in found.items() if one is not None and one.outcome is None}


def ends(store: Store) -> dict[str, End]:
    """Return how every job ended last that was ever begun or skipped, by its key."""
    rows = store.rows("SELECT job, due_at, ended_at, outcome FROM standing")
    return {job: End(due_at, ended_at, outcome) for job, due_at, ended_at, outcome in rows}


def known_since(store: Store) -> dict[str, str]:
    """Return since when this host knows each job by its present schedule, as text."""
    return dict(store.rows("SELECT job, since FROM schedules"))  # type: ignore[arg-type]  # rows are pairs


def counted(store: Store, what: str) -> dict[str, int]:
    """Return, by job, how often something happened that did at all: `missed`."""
    query = "SELECT job, number FROM counters WHERE what = ? AND number > 0"
    return dict(store.rows(query, what))  # type: ignore[arg-type]  # as above


def facts_of(
    store: Store, steps: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], tuple[datetime, Mapping[str, Any]]]:
    """Return, of these steps by job and name, when they last found something, and what."""
    query = "SELECT facts, at FROM last_facts WHERE job = ? AND step = ?"
    found = {one: store.rows(query, *one) for one in steps}
    return {
        one: (store.instant(rows[0]["at"]), facts_in(store, rows[0], one[1]))
        for one, rows in found.items()
        if rows
    }
