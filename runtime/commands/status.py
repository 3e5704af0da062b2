"""``opsrun status``: how each job of the plan went last, and when it is due next."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, Any

import click

from runtime.clock import SystemClock
from runtime.commands.options import format_option, plan_option, state_option
from runtime.contract.units import format_duration
from runtime.journal.store import exists, open_store
from runtime.load import load_plan
from runtime.overview import overview
from runtime.page import json_product, table

if TYPE_CHECKING:
    from runtime.contract.plan import Plan


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
    now = SystemClock().now()
    if exists(state):
        with open_store(state) as store:
            entries = overview(store, plan, now)
    else:
        entries = overview(None, plan, now)
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
