"""``opsrun retry``: go on with an occurrence that ended otherwise than well."""

from __future__ import annotations

import getpass

import click

from runtime.clock import SystemClock, from_text, short
from runtime.commands.options import format_option, job_argument, plan_option, state_option
from runtime.errors import PlanError
from runtime.journal.claims import latest_to_retry, reopen
from runtime.journal.store import open_store
from runtime.load import find_job, load_plan
from runtime.order import Order, carry_out


@click.command()
@job_argument()
@click.option("--due", metavar="INSTANT", help="This occurrence, not the latest.")
@click.option("--dry-run", "is_dry", is_flag=True, help="Say what would be done; do nothing.")
@plan_option
@state_option
@format_option
def retry(*, job: str, due: str | None, is_dry: bool, plan_path: str, state: str, form: str) -> int:
    """Try JOB's latest occurrence again.

    It must have ended otherwise than well. Steps that were done are not done again.
    """
    key, _ = find_job(load_plan(plan_path), job, plan_path)
    with open_store(state) as store:
        try:
            at = latest_to_retry(store, key) if due is None else from_text(due)
        except ValueError as error:
            raise PlanError(f"--due: {error}") from None
        if at is None:
            raise PlanError(f"{key}: its latest occurrence leaves nothing to try again")
        if not is_dry and not reopen(store, key, at, SystemClock().now(), getpass.getuser()):
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
