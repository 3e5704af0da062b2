"""The options that several verbs share."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from runtime.clock import from_text
from runtime.errors import PlanError
from runtime.journal.store import exists
from runtime.order import DEFAULT_PLAN, DEFAULT_STATE, default_plan, default_state
from runtime.page import talk

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime


def plan_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--plan``: $OPSRUN_PLAN, else /etc/opsrun/plan.json."""
    return click.option(
        "--plan",
        "plan_path",
        metavar="FILE",
        default=default_plan,
        show_default=f"$OPSRUN_PLAN or {DEFAULT_PLAN}",
        help="The compiled plan.",
    )(command)


def state_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--state``: $STATE_DIRECTORY, as systemd sets it, else /var/lib/opsrun."""
    return click.option(
        "--state",
        metavar="DIR",
        callback=in_utf8,
        default=default_state,
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


def job_argument(*, required: bool = True) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Add ``JOB``, which shells complete from the plan."""
    return click.argument("job", required=required, callback=in_utf8, shell_complete=_jobs)


def _jobs(
    context: click.Context,
    parameter: click.Parameter,  # noqa: ARG001 - the signature of click's callbacks
    incomplete: str,
) -> list[str]:
    """Return the jobs whose name begins so; by service and name where a service is begun."""
    from runtime.load import load_plan

    try:
        plan = load_plan(context.params.get("plan_path") or default_plan())
    except PlanError:
        return []
    # `t` may begin the name of a job as well as that of its service: people write names.
    names = plan.jobs if "/" in incomplete else {job.name for job in plan.jobs.values()}
    return sorted(name for name in names if name.startswith(incomplete))


def instant_of(text: str, option: str) -> datetime:
    """Given the text of an instant, return it. Raise `PlanError` when it is none."""
    try:
        return from_text(text)
    except ValueError as error:
        raise PlanError(f"{option}: {error}") from None


def user_name() -> str:
    """Return who asks, as the system knows them; by number when it knows no name."""
    import pwd

    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"the user {os.getuid()}"


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
