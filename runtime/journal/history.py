"""Read the journal: occurrences with their attempts and steps, and totals for the metrics."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runtime.journal.record import AttemptRecord, OccurrenceRecord, StepRecord
from runtime.lineage import Process

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from runtime.journal.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """What the metrics say of one job. Instants are None until there was one."""

    runs: Mapping[str, int]
    last_success_at: datetime | None
    last_duration_seconds: float | None
    last_exit_code: int | None


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
    """Return the occurrence of a job that was begun or recorded last, missed ones left out."""
    rows = store.rows(
        "SELECT * FROM occurrences WHERE job = ? AND outcome IS NOT 'missed'"
        " ORDER BY created_at DESC, id DESC LIMIT 1",
        job,
    )
    return _occurrence(store, rows[0]) if rows else None


def state_of(occurrence: OccurrenceRecord, is_alive: Callable[[Process], bool]) -> str:
    """Return an occurrence's outcome; `running` or `abandoned` when it has none yet.

    What looks as if it ran, and has no living process, will be settled by the next run.
    """
    if occurrence.outcome is not None:
        return occurrence.outcome
    last = occurrence.attempts[-1] if occurrence.attempts else None
    return "running" if last is not None and is_alive(last.process) else "abandoned"


def totals(store: Store, job: str) -> Totals:
    """Return the totals of one job over the whole journal."""
    counted = store.rows(
        "SELECT outcome, count(*) AS runs FROM occurrences"
        " WHERE job = ? AND outcome IS NOT NULL GROUP BY outcome",
        job,
    )
    success = store.rows(
        "SELECT max(ended_at) AS at FROM occurrences WHERE job = ? AND outcome = 'ok'", job
    )[0]["at"]
    last = store.rows(
        "SELECT exit_code, duration_seconds FROM occurrences"
        " JOIN attempts ON occurrence_id = occurrences.id"
        " WHERE job = ? AND occurrences.ended_at IS NOT NULL"
        " ORDER BY occurrences.ended_at DESC, attempts.id DESC LIMIT 1",
        job,
    )
    return Totals(
        runs={row["outcome"]: row["runs"] for row in counted},
        last_success_at=_instant(store, success),
        last_duration_seconds=last[0]["duration_seconds"] if last else None,
        last_exit_code=last[0]["exit_code"] if last else None,
    )


def last_facts(store: Store, job: str) -> Sequence[StepRecord]:
    """Return, by step, the latest ended step of a job that left facts."""
    rows = store.rows(
        "SELECT steps.*, max(steps.id) FROM steps JOIN attempts ON attempts.id = attempt_id"
        " JOIN occurrences ON occurrences.id = occurrence_id"
        " WHERE job = ? AND facts <> '{}' GROUP BY steps.name ORDER BY steps.name",
        job,
    )
    return [_step(store, row) for row in rows]


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
        started_at=store.instant(row["started_at"]),
        ended_at=_instant(store, row["ended_at"]),
        outcome=row["outcome"],
        duration_seconds=row["duration_seconds"],
        steps=tuple(_step(store, step) for step in steps),
    )


def _step(store: Store, row: sqlite3.Row) -> StepRecord:
    try:
        facts = json.loads(row["facts"])
    except (ValueError, RecursionError):
        facts = None
    if not isinstance(facts, dict):
        raise store.damaged(f"the facts of the step {json.dumps(row['name'])} are no JSON object")
    return StepRecord(
        name=row["name"],
        outcome=row["outcome"],
        exit_code=row["exit_code"],
        duration_seconds=row["duration_seconds"],
        summary=row["summary"],
        facts=facts,
        output=row["output"],
    )


def _instant(store: Store, text: str | None) -> datetime | None:
    return None if text is None else store.instant(text)
