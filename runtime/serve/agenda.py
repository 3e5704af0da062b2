"""When which job is due next: jobs and a time enter, what is to be started leaves. Pure."""

from __future__ import annotations

import heapq
from datetime import timedelta
from typing import TYPE_CHECKING

from runtime.contract.frozen import Frozen, frozen
from runtime.due import jitter_of
from runtime.schedule import latest_at_or_before, next_after, parse

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from runtime.contract.plan import Job
    from runtime.schedule import Schedule


@frozen
class Entry(Frozen):
    """One occurrence that is to come: when it is due, and when it starts on this host."""

    key: str
    due_at: datetime
    start_at: datetime


class Agenda:
    """What comes next, of each job one occurrence."""

    def __init__(
        self, jobs: Mapping[str, Job], host: str, now: datetime, before: Agenda | None = None
    ) -> None:
        """Look ahead from an instant: what starts at it, or before, is past.

        What is still to come by the agenda `before`, of jobs with the same schedule, stays to come,
        also where its start has passed while nobody looked.
        """
        self.jobs = jobs
        self._jitter = {
            key: timedelta(seconds=jitter_of(key, job, host)) for key, job in jobs.items()
        }
        self._schedules: dict[str, Schedule] = {}
        self._heap: list[tuple[datetime, str, datetime]] = []
        # Of many thousands of jobs, most have the schedule of others.
        first: dict[tuple[str, str, timedelta], datetime | None] = {}
        kept = {} if before is None else before.kept_in(self)
        for key in jobs:
            times = self._times(key)
            if key in kept:
                heapq.heappush(self._heap, kept[key])
                continue
            if times not in first:
                first[times] = self._due_after(key, now - self._jitter[key])
            self._push(key, first[times])

    def kept_in(self, other: Agenda) -> dict[str, tuple[datetime, str, datetime]]:
        """Return what is to come, by job, of jobs that come at the same times in another agenda."""
        return {
            key: (start_at, key, due_at)
            for start_at, key, due_at in self._heap
            if key in other.jobs and self._times(key) == other._times(key)
        }

    def _times(self, key: str) -> tuple[str, str, timedelta]:
        """Return what says when a job comes."""
        job = self.jobs[key]
        return (job.schedule, job.time_zone, self._jitter[key])

    @property
    def next_at(self) -> datetime | None:
        """When the next one starts; None when there is nothing to come."""
        return self._heap[0][0] if self._heap else None

    def take(self, until: datetime) -> Iterator[Entry]:
        """Yield what starts up to an instant, in order.

        Of a job that is the latest, however many have passed: whoever starts it sees what it
        missed.
        """
        while self._heap and self._heap[0][0] <= until:
            _, key, due_at = heapq.heappop(self._heap)
            job, jitter = self.jobs[key], self._jitter[key]
            latest = latest_at_or_before(self._schedule(key), until - jitter, job.time_zone)
            due_at = due_at if latest is None else max(due_at, latest)
            self._push(key, self._due_after(key, due_at))
            yield Entry(key=key, due_at=due_at, start_at=due_at + jitter)

    def _due_after(self, key: str, after: datetime) -> datetime | None:
        return next_after(self._schedule(key), after, self.jobs[key].time_zone)

    def _push(self, key: str, due_at: datetime | None) -> None:
        if due_at is not None:
            heapq.heappush(self._heap, (due_at + self._jitter[key], key, due_at))

    def _schedule(self, key: str) -> Schedule:
        """Return a job's schedule, parsed once."""
        said = self.jobs[key].schedule
        schedule = self._schedules.get(said)
        if schedule is None:
            schedule = self._schedules[said] = parse(said)
        return schedule
