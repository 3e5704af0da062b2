"""Write the course of an attempt: its steps, and its end together with the occurrence's."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from runtime.clock import to_text

if TYPE_CHECKING:
    from datetime import datetime

    from runtime.journal.record import Granted, Outcome, StepEnd
    from runtime.journal.store import Store


def mark_of(store: Store, granted: Granted) -> str:
    """Return the mark that the processes of this attempt carry in their environment."""
    rows = store.rows("SELECT mark FROM attempts WHERE id = ?", granted.attempt_id)
    mark: str = rows[0]["mark"]
    return mark


def begin_step(
    store: Store,
    granted: Granted,
    *,
    position: int,
    name: str,
    digest: str,
    output: str,
    now: datetime,
) -> int:
    """Record that a step begins; return its id. `position` counts from 0."""
    with store.transaction() as connection:
        step = connection.execute(
            "INSERT INTO steps (attempt_id, position, name, digest, output, started_at)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (granted.attempt_id, position, name, digest, output, to_text(now)),
        ).lastrowid
    return step or 0


def end_step(store: Store, step: int, end: StepEnd, now: datetime) -> None:
    """Record how a step ended; one with the outcome ok is proven from here on."""
    with store.transaction() as connection:
        connection.execute(
            "UPDATE steps SET ended_at = ?, outcome = ?, exit_code = ?, duration_seconds = ?,"
            " summary = ?, facts = ? WHERE id = ?",
            (
                to_text(now),
                end.outcome,
                end.exit_code,
                end.duration_seconds,
                end.summary,
                json.dumps(end.facts, sort_keys=True),
                step,
            ),
        )


def end_occurrence(
    store: Store,
    granted: Granted,
    *,
    outcome: Outcome,
    exit_code: int,
    reason: str,
    duration_seconds: float,
    now: datetime,
) -> None:
    """Record the end of the attempt and of its occurrence, both or neither.

    A step whose own end could not be written has failed with them.
    """
    with store.transaction() as connection:
        connection.execute(
            "UPDATE steps SET ended_at = ?, outcome = 'failed', exit_code = 1, summary = ?"
            " WHERE attempt_id = ? AND ended_at IS NULL",
            (to_text(now), reason, granted.attempt_id),
        )
        connection.execute(
            "UPDATE attempts SET ended_at = ?, outcome = ?, duration_seconds = ? WHERE id = ?",
            (to_text(now), outcome, duration_seconds, granted.attempt_id),
        )
        connection.execute(
            "UPDATE occurrences SET ended_at = ?, outcome = ?, exit_code = ?, reason = ?"
            " WHERE id = ? AND ended_at IS NULL",
            (to_text(now), outcome, exit_code, reason, granted.occurrence_id),
        )
