"""``opsrun hold`` and ``opsrun release``: keep jobs from running, and let them."""

from __future__ import annotations

from datetime import timedelta

import click

from runtime.clock import SystemClock, short
from runtime.commands.options import (
    in_utf8,
    instant_of,
    job_argument,
    plan_option,
    state_option,
    user_name,
)
from runtime.contract.units import parse_duration
from runtime.errors import Exit, PlanError
from runtime.journal.holds import put_on_hold
from runtime.journal.holds import release as end_hold
from runtime.journal.record import ALL_JOBS, Hold
from runtime.journal.store import open_store
from runtime.load import find_job, load_plan
from runtime.order import refuse_to_take_over
from runtime.page import talk

_all_option = click.option("--all", "is_all", is_flag=True, help="Every job of this host.")


@click.command()
@job_argument(required=False)
@_all_option
@click.option("--reason", default="", callback=in_utf8, help="Why, for whoever asks later.")
@click.option("--for", "lasts", metavar="DURATION", help="How long: 30m, 2h, 1d.")
@click.option("--until", metavar="INSTANT", help="Until when: 2026-03-01T02:00:00Z.")
@plan_option
@state_option
def hold(
    *,
    job: str | None,
    is_all: bool,
    reason: str,
    lasts: str | None,
    until: str | None,
    plan_path: str,
    state: str,
) -> None:
    """Keep JOB from running.

    What becomes due meanwhile is skipped, with the reason, and a run by hand is refused. One
    that is under way goes on. Without `--for` or `--until` the hold lasts until `opsrun release`.
    """
    if lasts is not None and until is not None:
        raise click.UsageError("--for and --until exclude each other")
    key = _key(job, is_all=is_all, plan_path=plan_path)
    now = SystemClock().now()
    end = None
    if until is not None:
        end = instant_of(until, "--until")
    if lasts is not None:
        seconds = parse_duration(lasts)
        if not seconds:
            raise PlanError(f"--for: `{lasts}` is no duration; write it as 30m, 2h, 1d")
        end = now + timedelta(seconds=seconds)
    if end is not None and end <= now:
        raise PlanError(f"the hold would have ended at {short(end)} already")
    refuse_to_take_over(state)
    with open_store(state) as store:
        put_on_hold(store, Hold(job=key, since=now, until=end, reason=reason, held_by=user_name()))
    until_text = "until it is released" if end is None else f"until {short(end)}"
    talk(f"{_named(key)} held {until_text}")


@click.command()
@job_argument(required=False)
@_all_option
@plan_option
@state_option
def release(*, job: str | None, is_all: bool, plan_path: str, state: str) -> int:
    """Let JOB run again.

    `--all` ends the hold of every job, not those of single ones.
    """
    key = _key(job, is_all=is_all, plan_path=plan_path)
    refuse_to_take_over(state)
    with open_store(state) as store:
        found = end_hold(store, key, SystemClock().now(), user_name())
    talk(f"{_named(key)} released" if found else f"{_named(key)} not held")
    return Exit.OK if found else Exit.FAILED


def _key(job: str | None, *, is_all: bool, plan_path: str) -> str:
    if (job is None) is not is_all:
        raise click.UsageError("name a job, or say --all")
    return ALL_JOBS if job is None else find_job(load_plan(plan_path), job, plan_path)[0]


def _named(key: str) -> str:
    return "every job is" if key == ALL_JOBS else f"{key} is"
