"""Decide which occurrence a call of `opsrun run` means, and record those that nobody ran."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from itertools import islice, takewhile
from typing import TYPE_CHECKING, Final

from runtime.clock import short
from runtime.contract.units import format_duration
from runtime.errors import PlanError
from runtime.journal.claims import is_known, latest_scheduled, record_missed, since_when
from runtime.schedule import latest_at_or_before, latest_first, next_after, parse

if TYPE_CHECKING:
    from datetime import datetime

    from runtime.contract.plan import Job
    from runtime.journal.store import Store

MISSED_LIMIT: Final = 10_000
"""Most occurrences that one call records as missed: the latest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """What to run. `due_at` is None when there is nothing; `reason` then says why."""

    due_at: datetime | None
    manual: bool = False
    missed: int = 0
    reason: str = ""


def named_occurrence(store: Store, key: str, job: Job, instant: datetime, now: datetime) -> Due:
    """Given an instant that the caller named, return that occurrence.

    Raise `PlanError` when the schedule has no such instant and no run of that instant is known,
    or when it lies in the future.
    """
    schedule = parse(job.schedule)
    scheduled = latest_at_or_before(schedule, instant, job.time_zone) == instant
    if instant > now:
        raise PlanError(f"{key}: {short(instant)} is not due yet")
    if not scheduled and not is_known(store, key, instant):
        near = latest_at_or_before(schedule, instant, job.time_zone)
        way_out = f"; the one before is {short(near)}" if near is not None else ""
        raise PlanError(f"{key}: {short(instant)} is no instant of `{job.schedule}`{way_out}")
    return Due(due_at=instant, manual=not scheduled)


def scheduled_occurrence(store: Store, key: str, job: Job, now: datetime) -> Due:
    """Return the latest occurrence that is due and may still start; record the missed ones."""
    schedule = parse(job.schedule)
    due_at = latest_at_or_before(schedule, now, job.time_zone)
    since = since_when(store, key, job.schedule, now)
    if due_at is None:
        return Due(due_at=None, reason=f"`{job.schedule}` is never due by itself")
    last = latest_scheduled(store, key)
    is_late = now - due_at > timedelta(seconds=job.start_deadline_seconds)
    earlier = latest_first(schedule, due_at, job.time_zone)
    if not is_late:
        next(earlier)
    # Walked from the end: a year of seconds costs no more than the few that are recorded.
    passed = takewhile(lambda due: due >= since and (last is None or due > last), earlier)
    instants = list(islice(passed, MISSED_LIMIT))[::-1]
    missed = 0
    if instants:
        missed = record_missed(store, key, instants, now, "nothing ran it in time")
    if not is_late or is_known(store, key, due_at):
        return Due(due_at=due_at, missed=missed)
    following = next_after(schedule, now, job.time_zone)
    deadline = format_duration(job.start_deadline_seconds)
    reason = f"{short(due_at)} is more than the start deadline, {deadline}, ago"
    if following is not None:
        reason += f"; the next run is due at {short(following)}"
    return Due(due_at=None, missed=missed, reason=reason)
