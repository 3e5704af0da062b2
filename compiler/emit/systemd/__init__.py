"""systemd: each job becomes a hardened service and, unless it is run by hand, a timer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.artifact.artifact import Artifact, LineRange
from compiler.emit.systemd.deliver import delivery
from compiler.emit.systemd.serve import NAME, resident
from compiler.emit.systemd.service import service
from compiler.emit.systemd.timer import timer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.lower.plan import JobPlan, Plan
    from compiler.model.stack import Opsrun


def emit(plan: Plan) -> tuple[Artifact, ...]:
    """Given a plan, return the units of its jobs on hosts.

    A schedule that no timer can say has none (a rule reports it).
    """
    hosts = plan.on_hosts
    found = tuple(artifact for job in hosts.jobs for artifact in _units(job, plan.stack.opsrun))
    return (*found, *_resident(hosts), *_delivery(hosts))


def _units(job: JobPlan, opsrun: Opsrun) -> Iterator[Artifact]:
    for kind, text in (("service", service(job, opsrun)), ("timer", timer(job))):
        if text is not None:
            lines = LineRange(1, text.count("\n"), job.origin)
            path = f"systemd/opsrun-{job.service}-{job.name}.{kind}"
            yield Artifact(path=path, text=text, origins=(lines,))


def _resident(plan: Plan) -> Iterator[Artifact]:
    """Yield the unit of `opsrun serve` where it starts jobs, or is asked for beside timers."""
    jobs = [job for job in plan.jobs if job.contract.served]
    if plan.has_resident:
        text = resident(plan, jobs)
        origins = (LineRange(1, text.count("\n"), jobs[0].origin),) if jobs else ()
        yield Artifact(path=f"systemd/{NAME}", text=text, origins=origins)


def _delivery(plan: Plan) -> Iterator[Artifact]:
    for name, text in delivery(plan):
        origins: tuple[LineRange, ...] = ()
        if plan.routing is not None:
            origins = (LineRange(1, text.count("\n"), plan.routing.origin),)
        yield Artifact(path=f"systemd/{name}", text=text, origins=origins)
