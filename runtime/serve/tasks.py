"""What the forked processes do: run a job, look at what was left undone, do the chores."""

from __future__ import annotations

import contextlib
import json
import os
import select
from typing import TYPE_CHECKING, Final

from runtime import order
from runtime.due import schedule_name, scheduled_occurrences
from runtime.errors import Exit, RunError
from runtime.journal.claims import knows_since, latest_scheduled, learn, open_jobs
from runtime.journal.store import open_store
from runtime.runner import Runner
from runtime.schedule import latest_at_or_before, parse
from runtime.stop import StopRequest
from runtime.tell import Tell

if TYPE_CHECKING:
    from datetime import datetime

    from runtime.clock import Clock
    from runtime.contract.plan import Job
    from runtime.journal.store import Store
    from runtime.serve.agenda import Entry
    from runtime.serve.station import Station
    from runtime.turn import Turn

LOOK_SECONDS: Final = 1.0
"""How often a process that waits for an instant looks at the clock, which may be turned."""
LONGEST_WAIT_SECONDS: Final = 10.0
"""How long it waits at most: the scheduler sends it shortly before."""

NICE: Final = 10
"""By how much the chores give way to everything else."""


def run_job(station: Station, key: str, entry: Entry | None, turn: Turn) -> int:
    """Run what is due of a job, as `opsrun run --scheduled` does; return the exit code.

    With an entry it waits for its start: what can be made ready before is ready then. When it waits
    for anything else, it gives its turn back.
    """
    job, log = station.jobs[key], station.log(job=key)
    with StopRequest() as stop, open_store(station.state) as store:
        now = log.clock.now()
        asked_at = now if entry is None else max(now, entry.due_at)
        tell = Tell(plan=station.plan, job=job, now=now)
        chosen = scheduled_occurrences(store, key, job, asked_at, tell)
        if chosen.missed:
            log.note(f"{key}: {chosen.missed} earlier occurrences were missed")
        runner = Runner(
            plan=station.plan,
            plan_path=station.plan_path,
            store=store,
            state=station.state,
            clock=log.clock,
            watch=log,
            stop=stop,
            random=order.chance,
            turn=turn,
        )
        if entry is not None and not wait_until(entry.start_at, log.clock, stop):
            return Exit.TRY_AGAIN
        return order.run_all(runner, log, job, chosen)[0]


def wait_until(instant: datetime, clock: Clock, stop: StopRequest) -> bool:
    """Wait for an instant; return False when stopped, or when the clock was turned back."""
    poll = select.poll()
    poll.register(stop.descriptor, select.POLLIN)
    began = clock.monotonic()
    while stop.received is None and clock.monotonic() - began < LONGEST_WAIT_SECONDS:
        left = (instant - clock.now()).total_seconds()
        if left <= 0:
            return True
        # Rounded up to what poll can count, or it would ask all the while at the end.
        poll.poll(min(left, LOOK_SECONDS) * 1000 + 1)
    return False


def survey(station: Station, result: int) -> int:
    """Write, into a descriptor, the jobs with something to make up for, as a JSON list.

    The journal learns which jobs there are: what was due before that is nobody's fault.
    """
    clock = station.log().clock
    with open_store(station.state) as store:
        named = {key: schedule_name(job) for key, job in station.jobs.items()}
        learn(store, named, clock.now())
        begun = open_jobs(store)
        found = [
            key
            for key, job in station.jobs.items()
            if key in begun or (job.catch_up != "skip" and _has_passed(store, key, job, clock))
        ]
    with open(result, "w", encoding="utf-8") as file:
        json.dump(found, file)
    return Exit.OK


def _has_passed(store: Store, key: str, job: Job, clock: Clock) -> bool:
    """Return whether an occurrence passed, since the job is known, of which nothing is known."""
    now = clock.now()
    due = latest_at_or_before(parse(job.schedule), now, job.time_zone)
    since = knows_since(store, key)
    if due is None or since is None or due < since:
        return False
    last = latest_scheduled(store, key, now)
    return last is None or last < due


def chores(station: Station, *, writes_metrics: bool) -> int:
    """Do what runs leave to others: keep the journal up, write metrics, tell people."""
    # What is due comes first; a unit may be one that must not say so.
    with contextlib.suppress(PermissionError):
        os.nice(NICE)
    log = station.log()
    with open_store(station.state) as store:
        with StopRequest() as stop:
            try:
                order.keep_up(store, station.plan, log.clock, stop, log)
            except RunError as error:
                log.note(f"the journal is not kept up: {error}")
            if writes_metrics:
                order.write_metrics(store, station.plan, station.state, log)
            if stop.received is not None:
                return Exit.TRY_AGAIN
        # From here on a stop ends the process at once: whatever was being told is told again.
        if station.plan.channels:
            _tell_people(store, station)
    return Exit.OK


def _tell_people(store: Store, station: Station) -> None:
    from runtime.journal.messages import channels_that_wait

    if not channels_that_wait(store):
        return
    from runtime.notify.deliver import Terms, deliver

    log = station.log()
    terms = Terms(state=station.state, clock=log.clock, environment=os.environ, say=log.note)
    deliver(store, station.plan, terms)
