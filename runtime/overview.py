"""How each job of a plan stands, as plain values: the journal and the time enter."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from runtime.clock import short
from runtime.journal.history import last_occurrence, state_of
from runtime.journal.holds import holds
from runtime.journal.record import ALL_JOBS
from runtime.presence import knows_living
from runtime.schedule import next_after, parse

if TYPE_CHECKING:
    from datetime import datetime

    from runtime.contract.plan import Job, Plan
    from runtime.journal.record import AttemptRecord, Hold, OccurrenceRecord
    from runtime.journal.store import Store


def overview(store: Store | None, plan: Plan, now: datetime) -> list[dict[str, Any]]:
    """Return how each job went last and when it is due next, in the order of their keys.

    Without a journal none ever ran. Raise `JournalError` when it cannot be read.
    """
    held: dict[str, Hold] = {}
    if store is not None:
        held = {hold.job: hold for hold in holds(store, now)}
    return [
        _entry(
            key,
            job,
            *_last(store, key),
            held.get(key) or held.get(ALL_JOBS),
            now,
        )
        for key, job in sorted(plan.jobs.items())
    ]


def _last(store: Store | None, key: str) -> tuple[OccurrenceRecord | None, str]:
    """Return a job's last occurrence, and how it went, or goes."""
    last = None if store is None else last_occurrence(store, key)
    if store is None or last is None:
        return None, "never ran"
    return last, state_of(last, knows_living(os.path.dirname(store.path)))


def _entry(
    key: str,
    job: Job,
    last: OccurrenceRecord | None,
    outcome: str,
    hold: Hold | None,
    now: datetime,
) -> dict[str, Any]:
    """Return what is to be said of one job, as plain values."""
    due = next_after(parse(job.schedule), now, job.time_zone)
    attempt = last.attempts[-1] if last is not None and last.attempts else None
    ended_at = last.ended_at if last is not None else None
    return {
        "job": key,
        "outcome": outcome,
        "due_at": None if last is None else short(last.due_at),
        "started_at": None if attempt is None else _short(attempt.started_at),
        "ended_at": _short(ended_at),
        "duration_seconds": None if attempt is None else attempt.duration_seconds,
        "exit_code": None if last is None else last.exit_code,
        "manual": None if last is None else last.manual,
        "reason": "" if last is None else last.reason,
        "next_due": _short(due),
        "attempt": None if attempt is None else attempt.number,
        "next_attempt": _next_attempt(attempt),
        "held": None if hold is None else _held(hold),
    }


def _next_attempt(attempt: AttemptRecord | None) -> str | None:
    """Return when an attempt that waits may begin."""
    is_waiting = attempt is not None and attempt.started_at is None and attempt.ended_at is None
    return short(attempt.planned_at) if attempt is not None and is_waiting else None


def _held(hold: Hold) -> dict[str, Any]:
    return {
        "since": short(hold.since),
        "until": _short(hold.until),
        "reason": hold.reason,
        "by": hold.held_by,
    }


def _short(instant: datetime | None) -> str | None:
    return None if instant is None else short(instant)
