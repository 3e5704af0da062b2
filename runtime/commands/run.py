"""``opsrun run``: carry out one occurrence of a job."""

from __future__ import annotations

import os
import sys
import tempfile
from typing import TYPE_CHECKING, Any

import click

from runtime.clock import SystemClock, from_text, short
from runtime.commands.options import find_job, format_option, plan_option, state_option
from runtime.commands.page import json_product, paint, talk
from runtime.due import Due, named_occurrence, scheduled_occurrence
from runtime.errors import Exit, PlanError, reason_of
from runtime.journal.store import exists, open_store
from runtime.load import load_plan
from runtime.output import read_end
from runtime.runner import Ran, Runner, dry_run
from runtime.stop import StopRequest

if TYPE_CHECKING:
    from datetime import datetime

    from runtime.clock import Clock
    from runtime.contract.plan import Job, Step
    from runtime.journal.record import StepEnd
    from runtime.journal.store import Store

SHOWN_BYTES = 256 * 1024
"""Most of a step's output that is shown; all of what was kept is in the file."""


@click.command()
@click.argument("job")
@plan_option
@state_option
@format_option
@click.option("--dry-run", "is_dry", is_flag=True, help="Say what would be done; do nothing.")
@click.option("--due", metavar="INSTANT", help="Run this occurrence: 2026-03-01T02:00:00Z.")
@click.option(
    "--scheduled",
    is_flag=True,
    help="Run the latest occurrence that is due, as timers do; without it the run stands apart.",
)
def run(
    *,
    job: str,
    plan_path: str,
    state: str,
    form: str,
    is_dry: bool,
    due: str | None,
    scheduled: bool,
) -> int:
    """Run JOB and wait for its end.

    JOB is a name, or `service/name` where several services have a job of that name.
    """
    if due is not None and scheduled:
        raise click.UsageError("--due and --scheduled exclude each other")
    instant = _instant(due)
    key, found = find_job(load_plan(plan_path), job, plan_path)
    watch = Progress(is_quiet=form == "json")
    with StopRequest() as stop:
        if is_dry:
            with tempfile.TemporaryDirectory(prefix="opsrun-") as folder:
                ran = dry_run(found, folder, watch, stop)
                return _report(key, None, ran, form)
        _refuse_to_take_over(state)
        if not exists(state):
            talk(f"opsrun: {state} has no journal yet, a new one begins")
        with open_store(state) as store:
            clock = SystemClock()
            chosen = _choose(store, key, found, clock, instant, scheduled=scheduled)
            if chosen.missed:
                talk(f"opsrun: {key}: {chosen.missed} earlier occurrences were missed")
            ran = Ran(exit_code=Exit.OK, reason=f"nothing to run: {chosen.reason}")
            if chosen.due_at is not None:
                runner = Runner(store=store, state=state, clock=clock, watch=watch, stop=stop)
                ran = runner.run(key, found, chosen.due_at, manual=chosen.manual)
            _write_metrics(store, state, plan_path)
        return _report(key, chosen.due_at, ran, form)


class Progress:
    """Shows how a run goes: step outputs on standard output, the rest on standard error."""

    def __init__(self, *, is_quiet: bool) -> None:
        self.is_quiet = is_quiet

    def begun(self, name: str, step: Step) -> None:
        """Say that a step begins."""
        if sys.stderr.isatty():
            talk(f"{name} ({step.kind}) …")

    def ended(self, name: str, end: StepEnd, output: str) -> None:
        """Show what a step wrote, and how it ended."""
        if not self.is_quiet:
            self._show(read_end(output, SHOWN_BYTES))
        outcome = paint(end.outcome, sys.stderr)
        talk(f"{name}: {outcome} after {end.duration_seconds:.2f}s: {end.summary}")

    def _show(self, text: str) -> None:
        """Write to standard output; a reader that has gone, or a full disk, stops no job."""
        try:
            sys.stdout.write(text)
            sys.stdout.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

    def note(self, line: str) -> None:
        """Say something that is worth a word."""
        talk(f"opsrun: {line}")


def _choose(
    store: Store,
    key: str,
    job: Job,
    clock: Clock,
    instant: datetime | None,
    *,
    scheduled: bool,
) -> Due:
    """Return which occurrence is meant: the named one, the one that is due, or one by hand."""
    now = clock.now()
    if instant is not None:
        return named_occurrence(store, key, job, instant, now)
    if scheduled:
        return scheduled_occurrence(store, key, job, now)
    return Due(due_at=now, manual=True)


def _refuse_to_take_over(state: str) -> None:
    """Raise `PlanError` when root would leave files of its own in another user's state folder.

    The runs of the units, which are that user's, could not write beside them any more.
    """
    if os.geteuid() != 0 or not os.path.isdir(state):
        return
    owner = os.stat(state).st_uid
    if owner != 0:
        name = _user_name(owner)
        raise PlanError(
            f"{state} belongs to {name}: run as that user, `runuser -u {name} -- opsrun run …`"
        )


def _user_name(number: int) -> str:
    import pwd

    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"the user {number}"


def _instant(due: str | None) -> datetime | None:
    try:
        return None if due is None else from_text(due)
    except ValueError as error:
        raise PlanError(f"--due: {error}") from None


def _report(key: str, due_at: datetime | None, ran: Ran, form: str) -> int:
    """Say how the run ended; return its exit code."""
    outcome = ran.outcome or ""
    if form == "json":
        json_product(
            {
                "job": key,
                "due_at": None if due_at is None else short(due_at),
                "outcome": ran.outcome,
                "exit_code": int(ran.exit_code),
                "reason": ran.reason,
                "attempt": ran.attempt,
                "steps": {name: _step(end) for name, end in ran.steps.items()},
                "outputs": {name: path for name, path in ran.outputs.items() if due_at is not None},
            }
        )
    at = "" if due_at is None else f" ({short(due_at)})"
    talk(f"{key}{at}: " + ": ".join(filter(None, (paint(outcome, sys.stderr), ran.reason))))
    return int(ran.exit_code)


def _step(end: StepEnd) -> dict[str, Any]:
    return {
        "outcome": end.outcome,
        "exit_code": int(end.exit_code),
        "duration_seconds": round(end.duration_seconds, 3),
        "summary": end.summary,
        "facts": end.facts,
    }


def _write_metrics(store: Store, state: str, plan_path: str) -> None:
    """Write the metrics of all jobs; a failure is worth a word, and no more: the job has run."""
    from runtime.metrics import write_textfile

    folder = os.environ.get("OPSRUN_TEXTFILE_DIR") or os.path.join(state, "metrics")
    try:
        write_textfile(store, load_plan(plan_path), folder)
    except OSError as error:
        talk(f"opsrun: the metrics in {folder} cannot be written: {reason_of(error)}")
