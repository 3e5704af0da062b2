"""``jobs/plan.json``: what `opsrun` executes on hosts; pods have the jobs of a cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.artifact.artifact import Artifact
from compiler.artifact.job_plan import write_job_plan

if TYPE_CHECKING:
    from compiler.lower.plan import Plan


def emit(plan: Plan) -> tuple[Artifact, ...]:
    """Given a plan, return the plan of its jobs on hosts; nothing when it has none."""
    hosts = plan.on_hosts
    if not hosts.jobs:
        return ()
    text, lines = write_job_plan(hosts)
    return (Artifact(path="jobs/plan.json", text=text, origins=lines),)
