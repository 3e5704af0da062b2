"""When which job is due next: jobs and a time enter, what is to be started leaves. Pure."""

from __future__ import annotations

import heapq
from datetime import timedelta
from typing import TYPE_CHECKING

from runtime.contract.frozen import Frozen, frozen
from runtime.due import jitter_of
from runtime.schedule import next_after, parse

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

    def __init__(self, jobs: Mapping[str, Job], host: str, now: datetime) -> None:
        """Look ahead from an instant, which itself is past."""
        self._jobs = jobs
        self._jitter = {
            key: timedelta(seconds=jitter_of(key, job, host)) for key, job in jobs.items()
        }
        self._schedules: dict[str, Schedule] = {}
        self._heap: list[tuple[datetime, str, datetime]] = []
        # Of many thousands of jobs, most have the schedule of others.
        first: dict[tuple[str, str], datetime | None] = {}
        for key, job in jobs.items():
            schedule = (job.schedule, job.time_zone)
            if schedule not in first:
                first[schedule] = self._due_after(job, now)
            self._push(key, first[schedule])

    @property
    def next_at(self) -> datetime | None:
        """When the next one starts; None when there is nothing to come."""
        return self._heap[0][0] if self._heap else None

    def take(self, until: datetime) -> Iterator[Entry]:
        """Yield what starts up to an instant, in order.

        Of a job there is one, however many have passed: whoever starts it sees what it missed.
        """
        while self._heap and self._heap[0][0] <= until:
            start_at, key, due_at = heapq.heappop(self._heap)
            after = max(due_at, until - self._jitter[key])
            self._push(key, self._due_after(self._jobs[key], after))
            yield Entry(key=key, due_at=due_at, start_at=start_at)

    def _due_after(self, job: Job, after: datetime) -> datetime | None:
        schedule = self._schedules.get(job.schedule)
        if schedule is None:
            schedule = self._schedules[job.schedule] = parse(job.schedule)
        return next_after(schedule, after, job.time_zone)

    def _push(self, key: str, due_at: datetime | None) -> None:
        if due_at is not None:
            heapq.heappush(self._heap, (due_at + self._jitter[key], key, due_at))
