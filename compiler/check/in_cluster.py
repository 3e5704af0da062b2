"""Jobs that Kubernetes starts, for the rules about them: whose they are, and where they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.source.fault import Place

if TYPE_CHECKING:
    from compiler.check.rule import View
    from compiler.lower.plan import JobPlan


def jobs_of_member(view: View) -> tuple[JobPlan, ...]:
    """Given what a rule looks at, return the jobs of its member that a cluster runs."""
    jobs = view.plan.in_cluster.jobs
    return tuple(job for job in jobs if job.origin.document == view.member.document)


def place_of(job: JobPlan, check: str | None = None) -> Place:
    """Given a job and, where it makes checks, the name of one, return where that is written."""
    if check is not None and job.origin.path[0] == "health":
        return Place(("health", "checks", check), "key")
    return Place(job.origin.path, "key")
