"""The plan of a cluster's jobs does not fit into a ConfigMap.

## What it does
Measures the plan that pods are given: the jobs of all services that Kubernetes starts, with their
channels and the maintenance windows. A ConfigMap holds 1 MiB.

## Why is this bad
The API server refuses a larger one, and every job goes on with its old plan.

## Example
Some thousand jobs, or a list of files that stands in the arguments of a `command`. What is long
belongs on a volume or into the image, under a path that the job names; jobs that have nothing to do
with each other belong into environments, or namespaces, of their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.artifact.job_plan import write_job_plan
from compiler.check.in_cluster import jobs_of_member, place_of
from compiler.check.rule import Rule, View
from compiler.targets.kubernetes import CONFIG_MAP_LIMIT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.source.fault import Fault

RULE = Rule(id="kubernetes/too-large")


def check(view: View) -> Iterator[Fault]:
    """Yield a fault at the largest job of the member, when all jobs together are too large."""
    if view.site.stack.kubernetes is None or not jobs_of_member(view):
        return
    text, origins = write_job_plan(view.plan.in_cluster)
    size = len(text.encode())
    if size > CONFIG_MAP_LIMIT:
        lines = text.splitlines()
        lengths = {one.origin: sum(map(len, lines[one.first - 1 : one.last])) for one in origins}
        largest = max(jobs_of_member(view), key=lambda job: lengths[job.origin])
        yield RULE.fault(
            place_of(largest),
            f"the plan of the cluster's jobs has {size // 2**10} KiB, and a ConfigMap holds 1024",
            label=f"this job's part has {lengths[largest.origin] / 2**10:.0f} KiB",
            help="put what is long on a volume or into the image, or split the environment",
        )
