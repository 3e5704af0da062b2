"""``opsrun diagnose``: collect what is asked for first at night, and say what strikes the eye."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import click

from runtime.clock import SystemClock, from_text
from runtime.commands.options import format_option, in_utf8, plan_option, state_option
from runtime.contract.units import parse_duration
from runtime.errors import Exit, PlanError
from runtime.journal.history import last_occurrence
from runtime.journal.store import open_store
from runtime.load import load_plan
from runtime.order import Order, carry_out
from runtime.page import product

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from runtime.contract.plan import Plan

KIND: Final = "diagnostics.collect"


@click.command()
@click.option("--service", callback=in_utf8, help="Of this service, where the plan has several.")
@click.option(
    "--since", metavar="WHEN", help="Logs from then on: 2h, or an instant 2026-03-01T02:00:00Z."
)
@click.option("--lines", type=click.IntRange(1, 1_000_000), help="Lines of each log.")
@click.option(
    "--output",
    metavar="DIR",
    callback=in_utf8,
    help="Folder for the archive, other than the plan says; made if its parent is there.",
)
@click.option("--dry-run", "is_dry", is_flag=True, help="Say what would be collected.")
@plan_option
@state_option
@format_option
def diagnose(
    *,
    service: str | None,
    since: str | None,
    lines: int | None,
    output: str | None,
    is_dry: bool,
    plan_path: str,
    state: str,
    form: str,
) -> int:
    """Collect what to look at first.

    One archive of system, logs, databases, network, containers and jobs, free of secrets, by a run
    by hand of the plan's job of the kind `diagnostics.collect`. What strikes the eye is told first,
    then where the archive is. The exit code is 3 when something could not be had.
    """
    key = _job(load_plan(plan_path), service, plan_path)
    asked: dict[str, Any] = {
        "since_seconds": None if since is None else _seconds_since(since),
        "lines": lines,
        "output": None if output is None else os.path.abspath(output),
    }
    code = carry_out(
        Order(
            job=key,
            plan_path=plan_path,
            state=state,
            form=form,
            is_dry=is_dry,
            follows=True,
            parameters={KIND: {name: said for name, said in asked.items() if said is not None}},
        )
    )
    if form == "text" and not is_dry and code in (Exit.OK, Exit.PARTLY):
        for facts in _facts(state, key):
            _show(facts)
    return code


def _job(plan: Plan, service: str | None, file: str) -> str:
    """Return the key of the job that is meant. Raise `PlanError` when there is none, or several."""
    found = [
        key
        for key, job in sorted(plan.jobs.items())
        if service in (None, job.service) and any(step.kind == KIND for step in job.steps.values())
    ]
    if len(found) == 1:
        return found[0]
    whose = "" if service is None else f" of {service}"
    if not found:
        raise PlanError(
            f"{file} has no job{whose} that collects diagnostics:"
            f" add one with `run: {KIND}` and `schedule: manual` to the spec"
        )
    listed = ", ".join(f"`opsrun run {key}`" for key in found)
    raise PlanError(f"several jobs{whose} collect diagnostics: say --service, or one of {listed}")


def _seconds_since(text: str) -> float:
    """Given a duration or an instant, return how long ago it is meant. Raise `PlanError`."""
    seconds = parse_duration(text)
    if seconds is not None:
        return seconds
    try:
        ago = SystemClock().now() - from_text(text)
    except ValueError:
        raise PlanError(f"--since: `{text}` is neither 2h nor 2026-03-01T02:00:00Z") from None
    if ago < timedelta(0):
        raise PlanError(f"--since: {text} has not come yet")
    return ago.total_seconds()


def _facts(state: str, key: str) -> Iterator[Mapping[str, Any]]:
    """Yield what the steps of the run that has just ended found."""
    with open_store(state) as store:
        last = last_occurrence(store, key)
    for step in last.attempts[-1].steps if last is not None and last.attempts else ():
        if "archive" in step.facts:
            yield step.facts


def _show(facts: Mapping[str, Any]) -> None:
    """Write what strikes the eye, what is missing, and where the archive is."""
    for line in facts["striking"]:
        product(f"! {line}")
    for name in facts["failed"]:
        part = facts["by_collector"][name]
        product(f"{name}: {part['status']}: {'; '.join(part['could_not'])}")
    product(
        f"{facts['files']} files, {facts['bytes']} bytes,"
        f" {facts['redactions']} secrets hidden, in {facts['duration_seconds']:.1f}s"
    )
    product(facts["archive"])
