"""``opsrun list``: the jobs of a plan, and when each is due next."""

from __future__ import annotations

import click

from runtime.clock import SystemClock, short
from runtime.commands.options import format_option, plan_option
from runtime.load import load_plan
from runtime.page import json_product, table
from runtime.schedule import next_after, parse


@click.command("list")
@plan_option
@format_option
def list_jobs(*, plan_path: str, form: str) -> None:
    """List the jobs, and when each is due."""
    plan = load_plan(plan_path)
    now = SystemClock().now()
    due = {
        key: next_after(parse(job.schedule), now, job.time_zone) for key, job in plan.jobs.items()
    }
    next_due = {key: None if at is None else short(at) for key, at in due.items()}
    if form == "json":
        json_product(
            [
                {
                    "job": key,
                    "description": job.description,
                    "schedule": job.schedule,
                    "next_due": next_due[key],
                    "hosts": list(job.hosts),
                    "timeout_seconds": job.timeout_seconds,
                    "steps": {name: step.kind for name, step in job.steps.items()},
                }
                for key, job in sorted(plan.jobs.items())
            ]
        )
        return
    rows = [
        (key, job.schedule, next_due[key] or "-", job.description)
        for key, job in sorted(plan.jobs.items())
    ]
    table(("JOB", "SCHEDULE", "NEXT DUE", "DESCRIPTION"), rows)
