"""Decide which occurrences a call of `opsrun run` means, and record those that nobody ran."""

from __future__ import annotations

from datetime import timedelta
from itertools import islice, takewhile
from typing import TYPE_CHECKING, Final

from runtime.clock import short
from runtime.contract.frozen import Frozen, frozen
from runtime.contract.units import format_duration
from runtime.errors import PlanError
from runtime.journal.claims import (
    ended_outcome,
    latest_scheduled,
    record_missed,
    since_when,
    tell_nobody,
)
from runtime.schedule import latest_at_or_before, latest_first, next_after, parse

if TYPE_CHECKING:
    from datetime import datetime

    from runtime.contract.plan import Job
    from runtime.journal.claims import Tell
    from runtime.journal.store import Store

MISSED_LIMIT: Final = 10_000
"""Most occurrences that one call records as missed: the latest."""


@frozen
class Due(Frozen):
    """What to run, in this order. `reason` says why when there is nothing."""

    instants: tuple[datetime, ...] = ()
    manual: bool = False
    missed: int = 0
    reason: str = ""


def jitter_of(key: str, job: Job, host: str) -> float:
    """Return how many seconds after its time a job starts on a host: the same at all times."""
    if not job.jitter_seconds:
        return 0.0
    import hashlib

    digest = hashlib.sha256(f"{host}/{key}".encode()).digest()
    return job.jitter_seconds * int.from_bytes(digest[:8], "big") / 2**64


def schedule_name(job: Job) -> str:
    """Return what the journal knows a job's schedule by."""
    return job.schedule if job.time_zone == "UTC" else f"{job.schedule} {job.time_zone}"


def named_occurrence(store: Store, key: str, job: Job, instant: datetime, now: datetime) -> Due:
    """Given an instant that the caller named, return that occurrence.

    Raise `PlanError` when the schedule has no such instant and no run of that instant is known,
    or when it lies in the future.
    """
    schedule = parse(job.schedule)
    near = latest_at_or_before(schedule, instant, job.time_zone)
    scheduled = near == instant
    if instant > now:
        raise PlanError(f"{key}: {short(instant)} is not due yet")
    if not scheduled and ended_outcome(store, key, instant) is None:
        way_out = f"; the one before is {short(near)}" if near is not None else ""
        raise PlanError(f"{key}: {short(instant)} is no instant of `{job.schedule}`{way_out}")
    return Due(instants=(instant,), manual=not scheduled)


def scheduled_occurrences(
    store: Store, key: str, job: Job, now: datetime, tell: Tell = tell_nobody
) -> Due:
    """Return the occurrences that are due and may still start; record the missed ones.

    That is the latest one, or, where each is made up for, those that have not ended either.
    """
    schedule = parse(job.schedule)
    latest = latest_at_or_before(schedule, now, job.time_zone)
    since = since_when(store, key, schedule_name(job), now)
    if latest is None:
        return Due(reason=f"`{job.schedule}` is never due by itself")
    earliest = now - timedelta(seconds=job.start_deadline_seconds)
    wanted = 1 if job.catch_up != "all" else max(job.catch_up_limit, 1)
    passed = latest_first(schedule, latest, job.time_zone)
    chosen = [
        due
        for due in islice(takewhile(lambda due: due >= earliest, passed), wanted)
        if due == latest or (due >= since and not ended_outcome(store, key, due))
    ]
    missed = _record_missed(store, key, job, chosen, since, now, tell)
    if not chosen and ended_outcome(store, key, latest) in (None, "missed"):
        return Due(missed=missed, reason=_too_late(job, latest, now))
    return Due(instants=tuple(reversed(chosen)) or (latest,), missed=missed)


def _record_missed(
    store: Store,
    key: str,
    job: Job,
    chosen: list[datetime],
    since: datetime,
    now: datetime,
    tell: Tell,
) -> int:
    """Record what passed since the last occurrence that is known, but for those that are chosen.

    Where one host runs a job for all, another one may have run what this one did not. Walked from
    the end: a year of seconds costs no more than the few that are recorded.
    """
    if job.runs == "one" and job.lease is not None:
        return 0
    last = latest_scheduled(store, key, now)
    passed = latest_first(parse(job.schedule), now, job.time_zone)
    unknown = takewhile(lambda due: due >= since and (last is None or due > last), passed)
    nobodys = (due for due in unknown if due not in chosen)
    instants = list(islice(nobodys, MISSED_LIMIT))[::-1]
    if not instants:
        return 0
    return record_missed(store, key, instants, now, "nothing ran it in time", tell)


def _too_late(job: Job, latest: datetime, now: datetime) -> str:
    deadline = format_duration(job.start_deadline_seconds)
    reason = f"{short(latest)} is more than the start deadline, {deadline}, ago"
    following = next_after(parse(job.schedule), now, job.time_zone)
    if following is not None:
        reason += f"; the next run is due at {short(following)}"
    return reason
