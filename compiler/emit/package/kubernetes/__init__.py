"""Kubernetes: jobs become CronJobs, and what other emitters wrote becomes resources around it.

One object a file, and ``kustomization.yaml`` lists them in order; it alone says the namespace.
What the Prometheus Operator reads is written where the cluster has one. Nothing is written where
the spec has no cluster.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.emit.package.kubernetes.dashboards import dashboards
from compiler.emit.package.kubernetes.deliver import deliver
from compiler.emit.package.kubernetes.jobs import jobs
from compiler.emit.package.kubernetes.kustomization import kustomization
from compiler.emit.package.kubernetes.monitoring import monitoring
from compiler.emit.package.kubernetes.objects import objects
from compiler.emit.package.kubernetes.plan_map import plan_map
from compiler.emit.package.kubernetes.shared import shared

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from compiler.artifact.artifact import Artifact
    from compiler.lower.plan import Plan
    from compiler.model.cluster import Cluster


def package(plan: Plan, artifacts: Sequence[Artifact]) -> tuple[Artifact, ...]:
    """Given a plan and the artifacts of all emitters, return the manifests of its cluster."""
    cluster = plan.stack.kubernetes
    if cluster is None:
        return ()
    made = [*_jobs(plan.in_cluster, cluster), *dashboards(plan, artifacts)]
    if cluster.operator is not None:
        made += monitoring(plan, cluster.operator, artifacts)
    return (kustomization(plan, cluster, made), *made)


def _jobs(plan: Plan, cluster: Cluster) -> Iterator[Artifact]:
    """Yield what a plan of jobs in the cluster takes; what several share comes first."""
    if not plan.jobs:
        return
    yield from shared(plan, cluster)
    name, written = plan_map(plan)
    yield written
    for workload in (*jobs(plan, cluster), *deliver(plan)):
        yield from objects(workload, plan, cluster, name)
