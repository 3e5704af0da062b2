"""What a valid plan says beyond the types of its entries: names, references, times, windows.

A plan enters; its faults leave, each as the path of what is at fault and why. Pure.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from runtime.contract.entry import Entry
from runtime.schedule import ScheduleError, parse, zone_fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runtime.contract.collector import Collector
    from runtime.contract.plan import Job, Plan, Window

LONGEST_SECONDS: Final = 100 * 365 * 86_400
"""Longest time that a plan may name, a hundred years; what computes with it does not overflow."""
MOST: Final = 10**9
"""Most attempts, or occurrences that are made up for at one time, that a plan may ask for."""

_KEY: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}/[A-Za-z0-9][A-Za-z0-9_-]{0,127}\Z")


def relation_faults(plan: Plan) -> Iterator[str]:
    """Given a plan, yield what is wrong in how its parts go together, and numbers beyond sense."""
    yield from _times("", plan)
    for key, job in plan.jobs.items():
        where = f"jobs.{json.dumps(key)}"
        yield from _references(where, key, job, plan)
        yield from _numbers(where, job)
    for index, window in enumerate(plan.windows):
        yield from _window(f"windows[{index}]", window)
    if plan.collector is not None:
        yield from _collector(plan.collector)


def _references(where: str, key: str, job: Job, plan: Plan) -> Iterator[str]:
    keys = [*job.takes, *([job.series] if job.series is not None else [])]
    for name in keys:
        if not _KEY.match(name):
            yield f"{where}: {json.dumps(name)} is not `<service>/<name>`"
    for before in job.after:
        if before not in plan.jobs:
            yield f"{where}.after: the plan has no job {json.dumps(before)}"
    if key in _predecessors(plan, job):
        yield f"{where}.after: it would come after itself"
    if job.runs == "one" and job.lease is None and len(job.hosts) > 1:
        yield f"{where}.lease: is missing: one of several hosts runs it, and they have to agree"


def _predecessors(plan: Plan, job: Job) -> set[str]:
    """Return the keys of all jobs that must have ended before a job, near or far."""
    found: set[str] = set()
    waiting = list(job.after)
    while waiting:
        key = waiting.pop()
        if key not in found and key in plan.jobs:
            found.add(key)
            waiting.extend(plan.jobs[key].after)
    return found


def _numbers(where: str, job: Job) -> Iterator[str]:
    counts = {"catch_up_limit": job.catch_up_limit}
    if job.retries is not None:
        counts["retries.attempts"] = job.retries.attempts
    for name, number in counts.items():
        if not 1 <= number <= MOST:
            yield f"{where}.{name}: must be from 1 to {MOST}"


def _window(where: str, window: Window) -> Iterator[str]:
    if (unknown := zone_fault(window.time_zone)) is not None:
        yield f"{where}.time_zone: {unknown.message}: {unknown.help}"
    if window.schedule is not None:
        try:
            parse(window.schedule)
        except ScheduleError as error:
            yield f"{where}.schedule: {error.message}: {error.help}"
    if window.start is not None and not _is_instant(window.start):
        yield f"{where}.start: is no instant; write it as `2027-03-01T02:00Z`"


def _collector(collector: Collector) -> Iterator[str]:
    for index, path in enumerate(collector.disks):
        if not path.startswith("/") or "\0" in path:
            yield f"collector.disks[{index}]: is no absolute path"
    for name, watched in collector.processes.items():
        if not 0 <= watched.at_least <= MOST:
            yield f"collector.processes.{json.dumps(name)}.at_least: must be from 0 to {MOST}"
        if watched.pid_file is not None and "\0" in watched.pid_file:
            yield f"collector.processes.{json.dumps(name)}.pid_file: is no path"


def _is_instant(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def _times(where: str, value: Any) -> Iterator[str]:
    """Yield the times of entries, however deep, that are too long; their names say the unit."""
    if isinstance(value, Entry):
        for part in fields(value):
            yield from _times(f"{where}.{part.name}", getattr(value, part.name))
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _times(f"{where}.{json.dumps(key)}", item)
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _times(f"{where}[{index}]", item)
    elif where.endswith("_seconds") and value is not None and value > LONGEST_SECONDS:
        yield f"{where.removeprefix('.')}: must not be more than {LONGEST_SECONDS}, a hundred years"
