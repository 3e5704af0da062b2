"""The options that several verbs share, and the job that a user means."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from runtime.commands.page import talk
from runtime.errors import PlanError
from runtime.journal.store import exists

if TYPE_CHECKING:
    from collections.abc import Callable

    from runtime.contract.plan import Job, Plan

DEFAULT_PLAN = "/etc/opsrun/plan.json"
DEFAULT_STATE = "/var/lib/opsrun"


def plan_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--plan``: $OPSRUN_PLAN, else /etc/opsrun/plan.json."""
    return click.option(
        "--plan",
        "plan_path",
        metavar="FILE",
        default=lambda: os.environ.get("OPSRUN_PLAN") or DEFAULT_PLAN,
        show_default=f"$OPSRUN_PLAN or {DEFAULT_PLAN}",
        help="The compiled plan.",
    )(command)


def state_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--state``: $STATE_DIRECTORY, as systemd sets it, else /var/lib/opsrun."""
    return click.option(
        "--state",
        metavar="DIR",
        callback=in_utf8,
        # systemd names several folders with colons between; ours is the first.
        default=lambda: os.environ.get("STATE_DIRECTORY", "").split(":")[0] or DEFAULT_STATE,
        show_default=f"$STATE_DIRECTORY or {DEFAULT_STATE}",
        help="The folder of the journal, of outputs and metrics.",
    )(command)


def in_utf8(
    context: click.Context,  # noqa: ARG001 - the signature of click's callbacks
    parameter: click.Parameter,  # noqa: ARG001 - as above
    value: str | None,
) -> str | None:
    """Return what a parameter was given; refuse bytes that the journal cannot hold."""
    try:
        (value or "").encode()
    except UnicodeEncodeError:
        raise click.BadParameter("it is not UTF-8") from None
    return value


def format_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--format text|json``."""
    return click.option(
        "--format",
        "form",
        type=click.Choice(["text", "json"]),
        default="text",
        show_default=True,
        help="What stands on standard output.",
    )(command)


def has_journal(state: str) -> bool:
    """Return whether the state folder has a journal; where it has none, say so on standard error.

    Raise `JournalError` when the folder cannot be read.
    """
    found = exists(state)
    if not found:
        talk(f"opsrun: {state} has no journal yet: nothing has run with this state folder")
    return found


def find_job(plan: Plan, asked: str, file: str) -> tuple[str, Job]:
    """Given a job's name, or ``service/name``, return its key and the job.

    Raise `PlanError` when there is none, with the nearest, or when several services have one.
    """
    if asked in plan.jobs:
        return asked, plan.jobs[asked]
    found = [key for key, job in plan.jobs.items() if job.name == asked]
    if len(found) == 1:
        return found[0], plan.jobs[found[0]]
    if found:
        keys = ", ".join(f"`{key}`" for key in sorted(found))
        raise PlanError(f"`{asked}` is a job of several services: write one of {keys}")
    raise PlanError(f"{file} has no job `{asked}`{_did_you_mean(plan, asked)}")


def _did_you_mean(plan: Plan, asked: str) -> str:
    from difflib import get_close_matches

    names = {name: key for key, job in plan.jobs.items() for name in (job.name, key)}
    near = get_close_matches(asked, names, n=1)
    if near:
        return f"; did you mean `{near[0]}`?"
    return "; `opsrun list` shows what there is" if plan.jobs else "; it has no jobs at all"
