"""What runs when: jobs and a span of time enter, their runs leave in order. Pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING, Final

from runtime.contract.frozen import Frozen, frozen
from runtime.schedule.instants import between
from runtime.schedule.text import parse

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from runtime.contract.plan import Job

LIMIT: Final = 2_000
"""Most runs of one job in an agenda: a day of minutes fits."""


@frozen
class Run(Frozen):
    """One run to come: `ends_at` is when it usually ends, `stops_at` when it is stopped at last.

    `conflicts` are the jobs that hold, at the same time and on the same host, what this run needs.
    """

    job: str
    due_at: datetime
    ends_at: datetime
    stops_at: datetime
    conflicts: tuple[str, ...] = ()


def agenda(jobs: Mapping[str, Job], start: datetime, end: datetime) -> tuple[Run, ...]:
    """Given jobs by key, return their runs from `start`, included, to `end`, excluded, in order.

    Of one job there are the first `LIMIT`. Raise `ZoneError` when a job's zone is not known.
    """
    runs = [
        Run(
            job=key,
            due_at=due,
            ends_at=due + timedelta(seconds=_usual_seconds(job)),
            stops_at=due + timedelta(seconds=job.timeout_seconds),
        )
        for key, job in jobs.items()
        for due in islice(between(parse(job.schedule), start, end, job.time_zone), LIMIT)
    ]
    runs.sort(key=lambda run: (run.due_at, run.job))
    found = _conflicts(jobs, runs)
    return tuple(
        replace(run, conflicts=tuple(sorted(found[index]))) for index, run in enumerate(runs)
    )


def _usual_seconds(job: Job) -> float:
    return job.timeout_seconds if job.expect_seconds is None else job.expect_seconds


def _conflicts(jobs: Mapping[str, Job], runs: list[Run]) -> dict[int, set[str]]:
    """Return, by the index of each run, the jobs that it meets and cannot run beside."""
    found: dict[int, set[str]] = defaultdict(set)
    open_runs: list[int] = []
    for index, run in enumerate(runs):
        if not jobs[run.job].takes:
            continue
        open_runs = [other for other in open_runs if runs[other].ends_at > run.due_at]
        for other in open_runs:
            if run.job != runs[other].job and _exclude(jobs[run.job], jobs[runs[other].job]):
                found[index].add(runs[other].job)
                found[other].add(run.job)
        open_runs.append(index)
    return found


def _exclude(one: Job, other: Job) -> bool:
    """Whether two jobs cannot hold what they take at one time, on a host that both run on."""
    if one.hosts and other.hosts and not set(one.hosts) & set(other.hosts):
        return False
    return any(
        "exclusive" in (how, other.takes[resource])
        for resource, how in one.takes.items()
        if resource in other.takes
    )
