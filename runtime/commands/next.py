"""``opsrun next``: what runs when, how long it usually takes, and what would wait for what."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import click

from runtime.clock import SystemClock, from_text, short
from runtime.commands.options import format_option, plan_option
from runtime.contract.units import format_duration, parse_duration
from runtime.load import load_plan
from runtime.page import json_product, table
from runtime.schedule import agenda

if TYPE_CHECKING:
    from runtime.contract.plan import Plan
    from runtime.schedule import Run


@click.command("next")
@click.argument("jobs", nargs=-1, metavar="[JOB]...")
@plan_option
@click.option("--until", metavar="INSTANT", help="Look as far as 2027-03-01T02:00Z.")
@click.option("--for", "span", metavar="TIME", help="Look this far ahead.  [default: 24h]")
@format_option
def next_runs(
    *, jobs: tuple[str, ...], plan_path: str, until: str | None, span: str | None, form: str
) -> None:
    """Show what runs next.

    Of each JOB, or of all, in order. A star marks what would wait, since another job holds what it
    takes.
    """
    now = SystemClock().now()
    end = _end(now, until, span)
    plan = load_plan(plan_path)
    chosen = {_key(plan, job) for job in jobs} or set(plan.jobs)
    runs = [run for run in agenda(plan.jobs, now, end) if run.job in chosen]
    if form == "json":
        json_product([_entry(run) for run in runs])
        return
    table(("DUE", "JOB", "USUALLY", "AT MOST", "WAITS FOR"), [_row(run) for run in runs])


def _end(now: datetime, until: str | None, span: str | None) -> datetime:
    """Return how far to look ahead. Raise `click.UsageError` when that cannot be read."""
    if until is not None and span is not None:
        raise click.UsageError("--until and --for exclude each other")
    try:
        if until is not None:
            return from_text(until)
        seconds = parse_duration(span or "24h")
        if seconds is None:
            raise click.UsageError(f"--for: `{span}` is not a duration; write `24h` or `7d`")
        return now + timedelta(seconds=seconds)
    except ValueError as error:
        raise click.UsageError(f"--until: {error}") from None


def _key(plan: Plan, job: str) -> str:
    """Given a job's key or name, return its key. Raise `click.UsageError` when there is none."""
    found = [key for key in sorted(plan.jobs) if job in (key, key.partition("/")[2])]
    if not found:
        raise click.UsageError(f"the plan has no job `{job}`; `opsrun list` names them")
    if len(found) > 1:
        raise click.UsageError(f"`{job}` is a job of several services: {', '.join(found)}")
    return found[0]


def _entry(run: Run) -> dict[str, object]:
    return {
        "job": run.job,
        "due_at": short(run.due_at),
        "expected_seconds": (run.ends_at - run.due_at).total_seconds(),
        "timeout_seconds": (run.stops_at - run.due_at).total_seconds(),
        "conflicts": list(run.conflicts),
    }


def _row(run: Run) -> tuple[str, ...]:
    usual, most = run.ends_at - run.due_at, run.stops_at - run.due_at
    return (
        short(run.due_at),
        run.job,
        format_duration(usual.total_seconds()),
        format_duration(most.total_seconds()),
        f"* {', '.join(run.conflicts)}" if run.conflicts else "",
    )
