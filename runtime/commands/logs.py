"""``opsrun logs``: what the steps of a job's latest run wrote."""

from __future__ import annotations

import sys

import click

from runtime.commands.options import (
    has_journal,
    instant_of,
    job_argument,
    plan_option,
    state_option,
)
from runtime.journal.history import last_occurrence, occurrence
from runtime.journal.store import open_store
from runtime.load import find_job, load_plan
from runtime.output import read_end
from runtime.page import talk


@click.command()
@job_argument()
@plan_option
@state_option
@click.option("--due", metavar="INSTANT", help="Of this occurrence, not of the latest.")
def logs(*, job: str, plan_path: str, state: str, due: str | None) -> None:
    """Show what JOB's latest run wrote."""
    key = job if "/" in job else find_job(load_plan(plan_path), job, plan_path)[0]
    if not has_journal(state):
        return
    with open_store(state) as store:
        at = None if due is None else instant_of(due, "--due")
        last = last_occurrence(store, key) if at is None else occurrence(store, key, at)
    if last is None:
        talk(f"opsrun: {key} never ran" + ("" if due is None else f" at {due}"))
        return
    for attempt in last.attempts:
        for step in attempt.steps:
            talk(f"{step.name}, attempt {attempt.number}: {step.output}")
            sys.stdout.write(read_end(step.output))
            sys.stdout.flush()
