"""``opsrun status``: how each job of the plan went last, and when it is due next."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, Any

import click

from runtime.clock import SystemClock, short
from runtime.commands.options import format_option, plan_option, state_option
from runtime.contract.units import format_duration
from runtime.journal.history import last_occurrence, state_of
from runtime.journal.holds import holds
from runtime.journal.record import ALL_JOBS
from runtime.journal.store import exists, open_store
from runtime.lineage import is_alive
from runtime.load import load_plan
from runtime.page import json_product, table
from runtime.schedule import next_after, parse

if TYPE_CHECKING:
    from datetime import datetime

    from runtime.contract.plan import Job, Plan
    from runtime.journal.record import AttemptRecord, Hold, OccurrenceRecord


@click.command()
@plan_option
@state_option
@format_option
@click.option("--html", "page", metavar="FILE", help="Write a page to look at instead.")
def status(*, plan_path: str, state: str, form: str, page: str | None) -> None:
    """Show how each job stands.

    How it went last, and when it is due next.
    """
    plan = load_plan(plan_path, state)
    if page is not None:
        _write_page(plan, state, page)
        return
    last: dict[str, OccurrenceRecord | None] = dict.fromkeys(plan.jobs)
    held: dict[str, Hold] = {}
    now = SystemClock().now()
    if exists(state):
        with open_store(state) as store:
            last = {key: last_occurrence(store, key) for key in plan.jobs}
            held = {hold.job: hold for hold in holds(store, now)}
    entries = [
        _entry(key, job, last[key], held.get(key) or held.get(ALL_JOBS), now)
        for key, job in sorted(plan.jobs.items())
    ]
    if form == "json":
        json_product(entries)
        return
    heads = ("JOB", "LAST OUTCOME", "WHEN", "TOOK", "NEXT DUE", "REASON")
    table(heads, [_row(entry) for entry in entries])


def _write_page(plan: Plan, state: str, path: str) -> None:
    """Write the page into a file, which is the old one or the new one at any time."""
    from runtime.status.board import Board

    board = Board(plan, state, SystemClock(), host_name=os.uname().nodename)
    aside = f"{path}.new-{os.getpid()}"
    try:
        with open(aside, "x", encoding="utf-8") as file:
            file.write(board.file())
        os.replace(aside, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(aside)
        raise


def _entry(
    key: str, job: Job, last: OccurrenceRecord | None, hold: Hold | None, now: datetime
) -> dict[str, Any]:
    """Return what is to be said of one job, as plain values."""
    due = next_after(parse(job.schedule), now, job.time_zone)
    attempt = last.attempts[-1] if last is not None and last.attempts else None
    ended_at = last.ended_at if last is not None else None
    return {
        "job": key,
        "outcome": "never ran" if last is None else state_of(last, is_alive),
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


def _row(entry: dict[str, Any]) -> tuple[str, ...]:
    seconds = entry["duration_seconds"]
    return (
        entry["job"],
        entry["outcome"],
        entry["ended_at"] or entry["started_at"] or "-",
        "-" if seconds is None else format_duration(round(seconds, 2)),
        entry["next_due"] or "-",
        _remark(entry),
    )


def _remark(entry: dict[str, Any]) -> str:
    """Return what else there is to say, the most pressing first."""
    held = entry["held"]
    parts = []
    if held is not None:
        until = f" until {held['until']}" if held["until"] else ""
        reason = f": {held['reason']}" if held["reason"] else ""
        parts.append(f"held{until} by {held['by']}{reason}")
    if entry["next_attempt"] is not None:
        parts.append(f"attempt {entry['attempt']} at {entry['next_attempt']}")
    return "; ".join([*parts, entry["reason"]]) if entry["reason"] else "; ".join(parts)
