"""Read the journal: occurrences with their attempts and steps, and how the jobs stand.

How a job stands is kept beside the occurrences, so that asking costs the same after a million.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from runtime.clock import to_text
from runtime.journal.record import AttemptRecord, OccurrenceRecord, Standing, StepRecord
from runtime.lineage import Process

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from typing import Any

    from runtime.journal.store import Store


_COUNTERS_OF = "SELECT what, number FROM counters WHERE job = ?"


def occurrences(store: Store, job: str | None, limit: int) -> list[OccurrenceRecord]:
    """Return the latest occurrences of a job, or of all, the latest first."""
    where = "WHERE job = ?" if job is not None else ""
    values: tuple[object, ...] = (job, limit) if job is not None else (limit,)
    rows = store.rows(
        f"SELECT * FROM occurrences {where} ORDER BY due_at DESC, id DESC LIMIT ?",  # noqa: S608 - two constants
        *values,
    )
    return [_occurrence(store, row) for row in rows]


def last_occurrence(store: Store, job: str) -> OccurrenceRecord | None:
    """Return the occurrence of a job that is under way, else the one that ended last."""
    query = (
        # Named, or every occurrence of the job would be looked at for one that is open.
        "SELECT * FROM (SELECT * FROM occurrences INDEXED BY open_occurrences"
        " WHERE job = ?1 AND ended_at IS NULL"
        " ORDER BY due_at DESC LIMIT 1)"
        " UNION ALL SELECT occurrences.* FROM standing JOIN occurrences"
        " ON occurrences.id = occurrence_id WHERE standing.job = ?1"
        " UNION ALL SELECT * FROM (SELECT * FROM occurrences WHERE job = ?1"
        " ORDER BY due_at DESC LIMIT 1)"
    )
    rows = store.rows(query, job)
    # Texts of instants sort by time; what has not ended comes after all that has.
    latest = max(
        rows, key=lambda row: (row["ended_at"] is None, row["ended_at"] or ""), default=None
    )
    return None if latest is None else _occurrence(store, latest)


def occurrence(store: Store, job: str, due_at: datetime) -> OccurrenceRecord | None:
    """Return the occurrence of a job that was due at an instant, or None."""
    rows = store.rows(
        "SELECT * FROM occurrences WHERE job = ? AND due_at = ?", job, to_text(due_at)
    )
    return _occurrence(store, rows[0]) if rows else None


def state_of(occurrence: OccurrenceRecord, is_alive: Callable[[Process], bool]) -> str:
    """Return an occurrence's outcome; `waiting`, `running` or `abandoned` when it has none yet.

    What looks as if it ran, and has no living process, will be settled by the next run.
    """
    if occurrence.outcome is not None:
        return occurrence.outcome
    last = occurrence.attempts[-1] if occurrence.attempts else None
    if last is None or not is_alive(last.process):
        return "abandoned"
    return "waiting" if last.started_at is None else "running"


def standings(store: Store) -> dict[str, Standing]:
    """Return how every job stands that was ever begun or skipped, by its key."""
    return {row["job"]: _standing(store, row) for row in store.rows("SELECT * FROM standing")}


def standing_of(store: Store, job: str) -> Standing | None:
    """Return how a job stands; None when it was never begun or skipped."""
    rows = store.rows("SELECT * FROM standing WHERE job = ?", job)
    return _standing(store, rows[0]) if rows else None


def counters_of(store: Store, job: str) -> dict[str, int]:
    """Return how often an occurrence of a job ended how, and was `late` or an `overrun`."""
    return {row["what"]: row["number"] for row in store.rows(_COUNTERS_OF, job)}


def counters(store: Store) -> dict[str, dict[str, int]]:
    """Return, by job, how often an occurrence ended how, and was `late` or an `overrun`."""
    counted: dict[str, dict[str, int]] = {}
    for row in store.rows("SELECT * FROM counters"):
        counted.setdefault(row["job"], {})[row["what"]] = row["number"]
    return counted


def last_facts(store: Store) -> dict[str, dict[str, Mapping[str, Any]]]:
    """Return, by job and step, what the latest step that found something has found."""
    found: dict[str, dict[str, Mapping[str, Any]]] = {}
    for row in store.rows("SELECT * FROM last_facts ORDER BY job, step"):
        found.setdefault(row["job"], {})[row["step"]] = facts_in(store, row, row["step"])
    return found


def last_fact_times(store: Store) -> dict[tuple[str, str], datetime]:
    """Return, by job and step, when the step ended whose facts are the last."""
    rows = store.rows("SELECT job, step, at FROM last_facts")
    return {(row["job"], row["step"]): store.instant(row["at"]) for row in rows}


def _standing(store: Store, row: sqlite3.Row) -> Standing:
    return Standing(
        occurrence_id=row["occurrence_id"],
        due_at=_instant(store, row["due_at"]),
        started_at=_instant(store, row["started_at"]),
        start_delay_seconds=row["start_delay_seconds"],
        ended_at=_instant(store, row["ended_at"]),
        outcome=row["outcome"],
        exit_code=row["exit_code"],
        duration_seconds=row["duration_seconds"],
        success_at=_instant(store, row["success_at"]),
    )


def _occurrence(store: Store, row: sqlite3.Row) -> OccurrenceRecord:
    attempts = store.rows("SELECT * FROM attempts WHERE occurrence_id = ? ORDER BY id", row["id"])
    return OccurrenceRecord(
        job=row["job"],
        due_at=store.instant(row["due_at"]),
        manual=bool(row["manual"]),
        outcome=row["outcome"],
        exit_code=row["exit_code"],
        ended_at=_instant(store, row["ended_at"]),
        reason=row["reason"],
        attempts=tuple(_attempt(store, attempt) for attempt in attempts),
    )


def _attempt(store: Store, row: sqlite3.Row) -> AttemptRecord:
    steps = store.rows("SELECT * FROM steps WHERE attempt_id = ? ORDER BY position", row["id"])
    return AttemptRecord(
        number=row["number"],
        process=Process(pid=row["pid"], start_ticks=row["start_ticks"], boot=row["boot"]),
        planned_at=store.instant(row["planned_at"]),
        started_at=_instant(store, row["started_at"]),
        ended_at=_instant(store, row["ended_at"]),
        outcome=row["outcome"],
        reason=row["reason"],
        duration_seconds=row["duration_seconds"],
        steps=tuple(_step(store, step) for step in steps),
    )


def _step(store: Store, row: sqlite3.Row) -> StepRecord:
    return StepRecord(
        name=row["name"],
        outcome=row["outcome"],
        exit_code=row["exit_code"],
        duration_seconds=row["duration_seconds"],
        summary=row["summary"],
        facts=facts_in(store, row, row["name"]),
        output=row["output"],
    )


def facts_in(store: Store, row: sqlite3.Row, step: str) -> Mapping[str, Any]:
    """Return the facts in a row of a step. Raise `JournalError` when they are none."""
    try:
        facts = json.loads(row["facts"])
    except (ValueError, RecursionError):
        facts = None
    if not isinstance(facts, dict):
        raise store.damaged(f"the facts of the step {json.dumps(step)} are no JSON object")
    return facts


def _instant(store: Store, text: str | None) -> datetime | None:
    return None if text is None else store.instant(text)
