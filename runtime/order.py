"""`opsrun run`, whoever asks: an `Order` enters, the run's exit code leaves.

The command line has two doors to it: `order_of` for the form in which units and crontabs call,
which needs no parser of options, and the verb ``run``, for people.
"""

from __future__ import annotations

import os
import sys
from dataclasses import field
from typing import TYPE_CHECKING, Any, Final

from runtime.clock import SystemClock, from_text, short
from runtime.contract.frozen import Frozen, frozen
from runtime.due import Due, jitter_of, named_occurrence, scheduled_occurrences
from runtime.errors import Exit, PlanError, RunError, reason_of
from runtime.journal.store import exists, open_store
from runtime.load import find_job, load_plan
from runtime.log import Log, wanted_form
from runtime.page import json_product
from runtime.ran import Ran
from runtime.runner import Runner
from runtime.stop import StopRequest
from runtime.tell import Tell

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from runtime.clock import Clock
    from runtime.contract.plan import Job, Plan
    from runtime.journal.record import StepEnd
    from runtime.journal.store import Store

DEFAULT_PLAN: Final = "/etc/opsrun/plan.json"
DEFAULT_STATE: Final = "/var/lib/opsrun"

_VALUES: Final = {"--plan": "plan_path", "--state": "state"}
_FLAGS: Final = {"--scheduled": "is_scheduled", "--wait-jitter": "waits_jitter"}


@frozen
class Order(Frozen):
    """What is to be run, and how. `due` is the text of an instant.

    `parameters` replace those of the plan, by the kind of the steps. `follows` is whether people
    see what steps write while they write it.
    """

    job: str
    plan_path: str
    state: str
    form: str = "text"
    is_dry: bool = False
    is_scheduled: bool = False
    waits_jitter: bool = False
    delivers: bool = False
    due: str | None = None
    parameters: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    follows: bool = False


def default_plan() -> str:
    """Return the path of the plan that is meant when none is named."""
    return os.environ.get("OPSRUN_PLAN") or DEFAULT_PLAN


def default_state() -> str:
    """Return the state folder that is meant when none is named."""
    # systemd names several folders with colons between; ours is the first.
    return os.environ.get("STATE_DIRECTORY", "").split(":")[0] or DEFAULT_STATE


def order_of(arguments: list[str]) -> Order | None:
    """Given the process's arguments, return the order that they plainly are.

    None for whatever else they may be: another verb, help, or something to be refused in words.
    """
    if not arguments or arguments[0] != "run":
        return None
    given: dict[str, Any] = {"plan_path": default_plan(), "state": default_state()}
    words = iter(arguments[1:])
    for word in words:
        if word in _FLAGS:
            given[_FLAGS[word]] = True
        elif word in _VALUES:
            given[_VALUES[word]] = next(words, "")
        elif word.startswith("-") or "job" in given:
            return None
        else:
            given["job"] = word
    if not given.get("job") or not given["plan_path"] or not given["state"]:
        return None
    try:
        given["state"].encode()
    except UnicodeEncodeError:
        return None
    return Order(**given)


def carry_out(order: Order) -> int:
    """Carry out an order; return the exit code. Raise `RunError` and `OSError` as they come."""
    instant = _instant(order.due)
    clock = SystemClock()
    log = Log(
        clock=clock,
        form=wanted_form(),
        shows_output=order.form != "json",
        follows=order.follows and order.form != "json",
    )
    if order.is_dry:
        plan = load_plan(order.plan_path)
        log.job, found = find_job(plan, order.job, order.plan_path)
        return _dry_run(order, _replaced(order, found), log)
    refuse_to_take_over(order.state)
    plan = load_plan(order.plan_path, order.state)
    log.job, found = find_job(plan, order.job, order.plan_path)
    found = _replaced(order, found)
    if not exists(order.state):
        log.note(f"{order.state} has no journal yet, a new one begins")
    with StopRequest() as stop, open_store(order.state) as store:
        if order.waits_jitter and not _has_waited(clock, log.job, found, stop):
            return Exit.TRY_AGAIN
        chosen = _choose(store, plan, log.job, found, clock.now(), order, instant)
        if chosen.missed:
            log.note(f"{log.job}: {chosen.missed} earlier occurrences were missed")
        runner = Runner(
            plan=plan,
            store=store,
            state=order.state,
            clock=clock,
            watch=log,
            stop=stop,
            random=chance,
            begun=lambda: write_metrics(store, plan, order.state, log),
            plan_path=order.plan_path,
        )
        exit_code, told = run_all(runner, log, found, chosen, by_hand=order.due is not None)
        _tell_programs(order, told)
        _afterwards(order, plan, store, log, stop)
    return exit_code


def _replaced(order: Order, job: Job) -> Job:
    """Return the job with the parameters that are asked for. Raise `PlanError` for bad ones."""
    if not order.parameters:
        return job
    from runtime.validation import with_parameters

    return with_parameters(job, order.parameters)


def _afterwards(order: Order, plan: Plan, store: Store, log: Log, stop: StopRequest) -> None:
    """Do what a run does for others; that it fails is worth a word and no more."""
    try:
        keep_up(store, plan, log.clock, stop, log)
    except (RunError, OSError) as error:
        log.note(f"the journal is not kept up: {_said(error)}")
    write_metrics(store, plan, order.state, log)
    if order.delivers and stop.received is None:
        try:
            _deliver(order, plan, store, log)
        except (RunError, OSError) as error:
            log.note(f"nobody is told now: {_said(error)}")


def _said(error: RunError | OSError) -> str:
    return reason_of(error) if isinstance(error, OSError) else str(error)


def run_all(
    runner: Runner, log: Log, job: Job, chosen: Due, *, by_hand: bool = False
) -> tuple[int, list[dict[str, Any]]]:
    """Run the occurrences of the log's job in turn.

    Return the first exit code that is not OK, else OK, and of each run what programs are told.
    """
    first = Exit.OK
    told = []
    if not chosen.instants:
        told.append(_report(log, Ran(exit_code=Exit.OK, reason=f"nothing to run: {chosen.reason}")))
    for due_at in chosen.instants:
        log.due_at = due_at
        ran = runner.run(log.job, job, due_at, manual=chosen.manual, by_hand=by_hand)
        told.append(_report(log, ran))
        first = ran.exit_code if first is Exit.OK else first
        # Another process works on the job: the rest is its business.
        if runner.stop.received is not None or ran.exit_code in (Exit.BUSY, Exit.TRY_AGAIN):
            break
    return first, told


def _dry_run(order: Order, job: Job, log: Log) -> int:
    import tempfile

    from runtime.rehearsal import dry_run

    with StopRequest() as stop, tempfile.TemporaryDirectory(prefix="opsrun-") as folder:
        ran = dry_run(job, folder, log, stop, state=order.state, plan=order.plan_path)
        _tell_programs(order, [_report(log, ran)])
    return ran.exit_code


def _choose(
    store: Store,
    plan: Plan,
    key: str,
    job: Job,
    now: datetime,
    order: Order,
    instant: datetime | None,
) -> Due:
    """Return which occurrences are meant: the named one, those that are due, or one by hand."""
    if instant is not None:
        return named_occurrence(store, key, job, instant, now)
    if order.is_scheduled:
        return scheduled_occurrences(store, key, job, now, Tell(plan=plan, job=job, now=now))
    return Due(instants=(now,), manual=True)


def _has_waited(clock: Clock, key: str, job: Job, stop: StopRequest) -> bool:
    """Wait the job's jitter, the same at all times on one host; return False when stopped."""
    left = jitter_of(key, job, os.uname().nodename)
    while left > 0 and stop.received is None:
        clock.sleep(min(left, 0.2))
        left -= 0.2
    return stop.received is None


def chance() -> float:
    """Return a number from 0 to 1, which spreads retries."""
    import random

    return random.random()  # noqa: S311 - spreads retries, guards nothing


def refuse_to_take_over(state: str) -> None:
    """Raise `PlanError` when root would leave files of its own in another user's state folder.

    The runs of the units, which are that user's, could not write beside them any more.
    """
    if os.geteuid() != 0 or not os.path.isdir(state):
        return
    owner = os.stat(state).st_uid
    if owner != 0:
        name = _user_name(owner)
        way = f"runuser -u {name}" if name else f"setpriv --reuid {owner} --clear-groups"
        named = name or f"the user {owner}"
        raise PlanError(f"{state} belongs to {named}: run as that user, `{way} -- opsrun …`")


def _user_name(number: int) -> str | None:
    import pwd

    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return None


def _instant(due: str | None) -> datetime | None:
    try:
        return None if due is None else from_text(due)
    except ValueError as error:
        raise PlanError(f"--due: {error}") from None


def _report(log: Log, ran: Ran) -> dict[str, Any]:
    """Say how a run ended; return it as plain values."""
    log.finished(ran)
    due_at = log.due_at
    return {
        "job": log.job,
        "due_at": None if due_at is None else short(due_at),
        "outcome": ran.outcome,
        "exit_code": int(ran.exit_code),
        "reason": ran.reason,
        "attempt": ran.attempt,
        "steps": {name: _step(end) for name, end in ran.steps.items()},
        "outputs": dict(ran.outputs) if due_at is not None else {},
    }


def _tell_programs(order: Order, told: list[dict[str, Any]]) -> None:
    """Write the document that was asked for: of one run, or a list where several were made up."""
    if order.form == "json":
        json_product(told[0] if len(told) == 1 else told)


def _step(end: StepEnd) -> dict[str, Any]:
    return {
        "outcome": end.outcome,
        "exit_code": int(end.exit_code),
        "duration_seconds": round(end.duration_seconds, 3),
        "summary": end.summary,
        "facts": end.facts,
    }


def keep_up(store: Store, plan: Plan, clock: Clock, stop: StopRequest, log: Log) -> None:
    """Prune the journal and look through it, when that is due; what is found is said."""
    from datetime import timedelta

    from runtime.journal.upkeep import CHECK_EVERY, PRUNE_EVERY, is_due, look_for_damage, prune

    now = clock.now()
    if is_due(store, "prune", PRUNE_EVERY, now):
        older_than = now - timedelta(seconds=plan.keep_seconds)
        prune(
            store,
            older_than=older_than,
            go_on=lambda: stop.received is None,
            sleep=clock.sleep,
        )
    if is_due(store, "check", CHECK_EVERY, now):
        damage = look_for_damage(store)
        if damage is not None:
            log.note(str(store.damaged(damage)))


def write_metrics(store: Store, plan: Plan, state: str, log: Log) -> None:
    """Write the metrics of all jobs; a failure is worth a word, and no more: the job has run."""
    from runtime.metrics import write_textfile

    folder = os.environ.get("OPSRUN_TEXTFILE_DIR") or os.path.join(state, "metrics")
    try:
        path = write_textfile(store, plan, folder, log.clock.now())
    except (RunError, OSError) as error:
        log.note(f"the metrics in {folder} cannot be written: {_said(error)}")
    else:
        _push(path, log)


def _push(path: str, log: Log) -> None:
    """Report a text file to the Pushgateway, where the environment names one."""
    if "OPSRUN_PUSHGATEWAY" not in os.environ:
        return
    from runtime.push import gateway_of, push_newest

    gateway = gateway_of(os.environ, os.uname().nodename)
    reason = None if gateway is None else push_newest(gateway, path)
    if reason is not None:
        log.note(f"the Pushgateway was not told: {reason}")


def _deliver(order: Order, plan: Plan, store: Store, log: Log) -> None:
    """Tell people now what waits in the outbox; a channel that fails is no fault of the run."""
    from runtime.notify.deliver import Terms, deliver

    terms = Terms(
        state=order.state,
        clock=log.clock,
        environment=os.environ,
        say=log.note,
        is_patient=False,
    )
    tally = deliver(store, plan, terms)
    for channel, reason in {**tally.failed, **tally.given_up}.items():
        log.note(f"{channel} was not told: {reason}")


def exit_of(error: Exception) -> int:
    """Given an error that ends opsrun, say it on standard error; return the exit code."""
    if isinstance(error, RunError):
        for line in str(error).splitlines():
            sys.stderr.write(f"opsrun: {line}\n")
        return error.exit_code
    if isinstance(error, BrokenPipeError):
        # The reader has gone, as `head` does; what the last flush still holds goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.OK
    if isinstance(error, OSError):
        sys.stderr.write(f"opsrun: {reason_of(error)}\n")
        return Exit.FAILED
    raise error
