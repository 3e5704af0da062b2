"""``opsrun status``: how each job of the plan stands, and when it is due next."""

from __future__ import annotations

import contextlib
import os
from typing import Any

import click

from runtime.clock import SystemClock
from runtime.commands.options import format_option, plan_option, state_option
from runtime.contract.units import format_duration
from runtime.load import load_plan
from runtime.page import json_product, table
from runtime.status.board import Board


@click.command()
@plan_option
@state_option
@format_option
@click.option("--html", "page", metavar="FILE", help="Write a page to look at instead.")
def status(*, plan_path: str, state: str, form: str, page: str | None) -> None:
    """Show how each job stands.

    The most pressing first: how it went last, and when it is due next.
    """
    board = Board(load_plan(plan_path, state), state, SystemClock(), host_name=os.uname().nodename)
    if page is not None:
        _write_page(board.file(), page)
        return
    jobs = board.jobs()
    if form == "json":
        json_product(jobs)
        return
    heads = ("JOB", "STATE", "WHEN", "TOOK", "NEXT DUE", "REASON")
    table(heads, [_row(job) for job in jobs])


def _write_page(page: str, path: str) -> None:
    """Write the page into a file, which is the old one or the new one at any time."""
    aside = f"{path}.new-{os.getpid()}"
    try:
        with open(aside, "x", encoding="utf-8") as file:
            file.write(page)
        os.replace(aside, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(aside)
        raise


def _row(job: dict[str, Any]) -> tuple[str, ...]:
    seconds = job["duration_seconds"]
    return (
        job["job"],
        job["state"],
        job["ended_at"] or job["started_at"] or "-",
        "-" if seconds is None else format_duration(round(seconds, 2)),
        job["next_due_at"] or "-",
        _remark(job),
    )


def _remark(job: dict[str, Any]) -> str:
    """Return what else there is to say, the most pressing first."""
    hold, parts = job["hold"], []
    if hold is not None:
        until = f" until {hold['until']}" if hold["until"] else ""
        reason = f": {hold['reason']}" if hold["reason"] else ""
        parts.append(f"held{until} by {hold['by']}{reason}")
    if job["state"] == "waiting":
        parts.append(f"attempt {job['attempt']} at {job['since']}")
    return "; ".join([*parts, job["reason"]]) if job["reason"] else "; ".join(parts)
