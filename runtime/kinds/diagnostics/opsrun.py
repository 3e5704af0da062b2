"""opsrun itself: its version, the plan, how its jobs stand, and what its health checks say."""

from __future__ import annotations

import hashlib
import json
import platform
import sys
from datetime import UTC, datetime
from importlib import metadata
from typing import TYPE_CHECKING, Any, Final

import runtime
from runtime.clock import short
from runtime.errors import PlanError
from runtime.journal.history import last_facts, last_occurrence, occurrences, standings, state_of
from runtime.journal.holds import holds
from runtime.journal.store import exists, open_store
from runtime.kinds.diagnostics.desk import table
from runtime.load import load_plan
from runtime.presence import knows_living

if TYPE_CHECKING:
    from collections.abc import Collection

    from runtime.contract.plan import Plan
    from runtime.journal.record import OccurrenceRecord
    from runtime.journal.store import Store
    from runtime.kinds.diagnostics.desk import Desk

RUNS: Final = 100
"""Latest runs that are shown."""
BAD: Final = ("failed", "timed out", "missed", "abandoned")
LIBRARIES: Final = (
    *("opsc", "pydantic", "pydantic-core", "psycopg", "redis", "boto3", "docker", "click"),
)


def collect(desk: Desk) -> None:
    """Write what opsrun knows of itself and of its jobs."""
    desk.part("versions.txt", _versions)
    plan = None
    if desk.plan:
        try:
            plan = load_plan(desk.plan)
        except PlanError as error:
            desk.fault(str(error))
    if plan is not None:
        known = plan
        desk.part("plan.txt", _plan, desk.plan, known)
    if not desk.state or not exists(desk.state):
        desk.write("status.txt", "there is no journal yet\n")
        return
    with open_store(desk.state) as store:
        jobs = plan.jobs if plan is not None else standings(store)
        desk.part("status.txt", _status, desk, store, jobs)
        desk.part("runs.txt", _runs, desk, store)
        desk.part("health.json", _health, desk, store, jobs)
        desk.part("holds.txt", _holds, store)


def _versions() -> str:
    rows = [("opsrun", runtime.VERSION), ("python", platform.python_version())]
    for name in LIBRARIES:
        try:
            rows.append((name, metadata.version(name)))
        except metadata.PackageNotFoundError:
            rows.append((name, "not installed"))
    return table(("WHAT", "VERSION"), [*rows, ("executable", sys.executable)])


def _plan(path: str, plan: Plan) -> str:
    """Return what the plan is, by its digest; what it says of secrets is only where they are."""
    try:
        with open(path, "rb") as file:
            digest = hashlib.sha256(file.read()).hexdigest()
    except OSError as error:
        raise PlanError(f"{path}: {error.strerror}") from None
    heads = ("JOB", "SCHEDULE", "ZONE", "KINDS")
    rows = (
        (key, job.schedule, job.time_zone, " ".join(step.kind for step in job.steps.values()))
        for key, job in sorted(plan.jobs.items())
    )
    return (
        f"plan: {path}\nsha256: {digest}\nenvironment: {plan.environment}\n"
        f"compiler: {plan.compiler}\nversion: {plan.major}.{plan.minor}\n\n" + table(heads, rows)
    )


def _status(desk: Desk, store: Store, jobs: Collection[str]) -> str:
    """Return how each job went last."""
    rows = []
    for key in sorted(jobs):
        last = last_occurrence(store, key)
        if last is None:
            continue
        outcome = state_of(last, knows_living(desk.state))
        if outcome in BAD:
            desk.striking(f"job {key}: {outcome} at {_at(last)}: {last.reason}")
        rows.append((key, outcome, short(last.due_at), _at(last), last.reason))
    return table(("JOB", "OUTCOME", "DUE AT", "ENDED AT", "REASON"), rows)


def _at(record: OccurrenceRecord) -> str:
    return "-" if record.ended_at is None else short(record.ended_at)


def _runs(desk: Desk, store: Store) -> str:
    is_alive = knows_living(desk.state)
    rows = (
        (
            one.job,
            short(one.due_at),
            state_of(one, is_alive),
            _at(one),
            len(one.attempts),
            one.reason,
        )
        for one in occurrences(store, None, RUNS)
    )
    return table(("JOB", "DUE AT", "OUTCOME", "ENDED AT", "ATTEMPTS", "REASON"), rows)


def _health(desk: Desk, store: Store, jobs: Collection[str]) -> str:
    """Return what the health checks found last."""
    found: dict[str, dict[str, Any]] = {}
    for job, steps in last_facts(store).items():
        for step, facts in steps.items():
            checks = facts.get("checks")
            if job not in jobs or not isinstance(checks, dict):
                continue
            found[f"{job}/{step}"] = checks
            for name, answer in checks.items():
                if answer.get("status") != "healthy":
                    said = f"{answer.get('status')}: {answer.get('message')}"
                    desk.striking(f"health of {name} ({job}): {said}")
    return json.dumps(found, indent=2, sort_keys=True) + "\n"


def _holds(store: Store) -> str:
    rows = (
        (one.job, short(one.since), "-" if one.until is None else short(one.until), one.reason)
        for one in holds(store, datetime.now(UTC))
    )
    return table(("JOB", "SINCE", "UNTIL", "REASON"), rows)
