"""The timer of a job: it elapses at the instants that the runtime's schedule has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.artifact.ini import literal, write_ini
from compiler.artifact.notice import notice
from compiler.targets.refusal import Refusal
from compiler.targets.systemd import on_calendar
from runtime.contract.units import format_duration

if TYPE_CHECKING:
    from compiler.lower.plan import JobPlan


def timer(job: JobPlan) -> str | None:
    """Given a job, return its timer; None when it is run by hand, or no timer can say when."""
    expressions = on_calendar(job.schedule, job.contract.time_zone)
    if isinstance(expressions, Refusal) or not expressions:
        return None
    when = [("OnCalendar", expression) for expression in expressions]
    # The default lets a timer elapse a minute late.
    when.append(("AccuracySec", "1s"))
    if job.entry.jitter_seconds:
        # Fixed: a host keeps its place among the others from run to run.
        when.append(("RandomizedDelaySec", format_duration(job.entry.jitter_seconds)))
        when.append(("FixedRandomDelay", "yes"))
    if job.entry.catch_up != "skip":
        when.append(("Persistent", "yes"))
        # What was under way when the host went down is gone on with; else this changes nothing.
        when.append(("OnBootSec", "2min"))
    sections = {
        "Unit": [("Description", literal(f"{job.service}/{job.name}, {_when(job)}"))],
        "Timer": when,
        "Install": [("WantedBy", "timers.target")],
    }
    return write_ini(sections, comments=[notice([job.service])])


def _when(job: JobPlan) -> str:
    zone = job.contract.time_zone
    return job.contract.schedule + ("" if zone == "UTC" else f" ({zone})")
