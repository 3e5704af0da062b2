"""``opsrun retry``: go on with an occurrence that ended otherwise than well."""

from __future__ import annotations

import click

from runtime.clock import SystemClock, short
from runtime.commands.options import (
    format_option,
    instant_of,
    job_argument,
    plan_option,
    state_option,
    user_name,
)
from runtime.errors import PlanError
from runtime.journal.claims import latest_to_retry, reopen
from runtime.journal.holds import holds
from runtime.journal.record import ALL_JOBS
from runtime.journal.store import open_store
from runtime.load import find_job, load_plan
from runtime.order import Order, carry_out, refuse_to_take_over


@click.command()
@job_argument()
@click.option("--due", metavar="INSTANT", help="This occurrence, not the latest.")
@click.option("--dry-run", "is_dry", is_flag=True, help="Say what would be done; do nothing.")
@plan_option
@state_option
@format_option
def retry(*, job: str, due: str | None, is_dry: bool, plan_path: str, state: str, form: str) -> int:
    """Try JOB's latest occurrence again.

    It must have ended otherwise than well. Steps that were done are not done again, and nothing is
    waited for: neither the jobs that it comes after, nor other hosts.
    """
    key, _ = find_job(load_plan(plan_path), job, plan_path)
    refuse_to_take_over(state)
    now = SystemClock().now()
    with open_store(state) as store:
        at = latest_to_retry(store, key) if due is None else instant_of(due, "--due")
        if at is None:
            raise PlanError(f"{key}: its latest occurrence leaves nothing to try again")
        held = next((hold for hold in holds(store, now) if hold.job in (key, ALL_JOBS)), None)
        if held is not None:
            raise PlanError(f"{key} is held by {held.held_by}: `opsrun release` it first")
        if not is_dry and not reopen(store, key, at, now, user_name()):
            raise PlanError(f"{key}: {short(at)} did not end, or ended well: nothing to try again")
    return carry_out(
        Order(
            job=key,
            plan_path=plan_path,
            state=state,
            form=form,
            is_dry=is_dry,
            due=at.isoformat(),
        )
    )
