"""``opsrun run``: carry out one occurrence of a job."""

from __future__ import annotations

from typing import Any

import click

from runtime.commands.options import format_option, job_argument, plan_option, state_option
from runtime.order import Order, carry_out


@click.command()
@job_argument()
@plan_option
@state_option
@format_option
@click.option("--dry-run", "is_dry", is_flag=True, help="Say what would be done; do nothing.")
@click.option("--due", metavar="INSTANT", help="Run this occurrence: 2026-03-01T02:00:00Z.")
@click.option(
    "--scheduled",
    is_flag=True,
    help="Run what is due by the schedule, as timers do; without it the run stands apart.",
)
@click.option(
    "--wait-jitter",
    "waits_jitter",
    is_flag=True,
    help="Wait the job's jitter first: for schedulers that have none, as cron.",
)
@click.option("--deliver", "delivers", is_flag=True, help="Tell people of the end at once.")
def run(*, scheduled: bool, due: str | None, **given: Any) -> int:
    """Run JOB and wait for its end.

    JOB is a name, or `service/name` where several services have a job of that name.
    """
    if due is not None and scheduled:
        raise click.UsageError("--due and --scheduled exclude each other")
    return carry_out(Order(is_scheduled=scheduled, due=due, **given))
