"""``opsrun logs``: what the steps of a job's latest run wrote."""

from __future__ import annotations

import sys

import click

from runtime.commands.options import (
    find_job,
    has_journal,
    in_utf8,
    plan_option,
    state_option,
)
from runtime.commands.page import talk
from runtime.journal.history import last_occurrence
from runtime.journal.store import open_store
from runtime.load import load_plan
from runtime.output import read_end


@click.command()
@click.argument("job", callback=in_utf8)
@plan_option
@state_option
def logs(*, job: str, plan_path: str, state: str) -> None:
    """Show what JOB's latest run wrote."""
    key = job if "/" in job else find_job(load_plan(plan_path), job, plan_path)[0]
    if not has_journal(state):
        return
    with open_store(state) as store:
        last = last_occurrence(store, key)
    if last is None:
        talk(f"opsrun: {key} never ran")
        return
    for attempt in last.attempts:
        for step in attempt.steps:
            talk(f"{step.name}, attempt {attempt.number}: {step.output}")
            sys.stdout.write(read_end(step.output))
            sys.stdout.flush()
