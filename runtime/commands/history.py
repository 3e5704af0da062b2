"""``opsrun history``: the latest occurrences, with their attempts and steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from runtime.clock import short
from runtime.commands.options import (
    format_option,
    has_journal,
    job_argument,
    plan_option,
    state_option,
)
from runtime.contract.units import format_duration
from runtime.journal.history import occurrences, state_of
from runtime.journal.store import open_store
from runtime.load import find_job, load_plan
from runtime.page import json_product, table
from runtime.presence import knows_living

if TYPE_CHECKING:
    from datetime import datetime

    from runtime.journal.record import AttemptRecord, OccurrenceRecord


@click.command()
@job_argument(required=False)
@plan_option
@state_option
@format_option
@click.option(
    "--limit",
    type=click.IntRange(1, 100_000),
    default=20,
    show_default=True,
    help="How many occurrences, the latest first.",
)
def history(*, job: str | None, plan_path: str, state: str, form: str, limit: int) -> None:
    """Show what ran, of JOB or of all jobs."""
    key = None
    if job is not None:
        key = job if "/" in job else find_job(load_plan(plan_path), job, plan_path)[0]
    found: list[OccurrenceRecord] = []
    is_begun = has_journal(state)
    if is_begun:
        with open_store(state) as store:
            found = occurrences(store, key, limit)
    is_alive = knows_living(state)
    told = [(one, state_of(one, is_alive)) for one in found]
    if form == "json":
        json_product([_occurrence(one, outcome) for one, outcome in told])
        return
    if not is_begun:
        return
    heads = ("JOB", "DUE AT", "OUTCOME", "ENDED AT", "TOOK", "ATTEMPTS", "REASON")
    table(heads, [_row(one, outcome) for one, outcome in told])


def _row(occurrence: OccurrenceRecord, outcome: str) -> tuple[str, ...]:
    seconds = occurrence.attempts[-1].duration_seconds if occurrence.attempts else None
    return (
        occurrence.job,
        short(occurrence.due_at) + (" by hand" if occurrence.manual else ""),
        outcome,
        _short(occurrence.ended_at) or "-",
        "-" if seconds is None else format_duration(round(seconds, 2)),
        str(len(occurrence.attempts)),
        occurrence.reason,
    )


def _occurrence(occurrence: OccurrenceRecord, outcome: str) -> dict[str, Any]:
    return {
        "job": occurrence.job,
        "due_at": occurrence.due_at.isoformat().replace("+00:00", "Z"),
        "manual": occurrence.manual,
        "outcome": outcome,
        "exit_code": occurrence.exit_code,
        "ended_at": _short(occurrence.ended_at),
        "reason": occurrence.reason,
        "attempts": [_attempt(attempt) for attempt in occurrence.attempts],
    }


def _attempt(attempt: AttemptRecord) -> dict[str, Any]:
    return {
        "number": attempt.number,
        "planned_at": short(attempt.planned_at),
        "started_at": _short(attempt.started_at),
        "ended_at": _short(attempt.ended_at),
        "outcome": attempt.outcome,
        "reason": attempt.reason,
        "duration_seconds": attempt.duration_seconds,
        "steps": [
            {
                "name": step.name,
                "outcome": step.outcome,
                "exit_code": step.exit_code,
                "duration_seconds": step.duration_seconds,
                "summary": step.summary,
                "facts": step.facts,
                "output": step.output,
            }
            for step in attempt.steps
        ],
    }


def _short(instant: datetime | None) -> str | None:
    return None if instant is None else short(instant)
