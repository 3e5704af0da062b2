"""The objects that a workload becomes: its CronJob, and who may talk to its pods."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from compiler.emit.package.kubernetes.manifest import head, manifest
from compiler.emit.package.kubernetes.network import network_policy
from compiler.emit.package.kubernetes.pod import pod

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.artifact.artifact import Artifact
    from compiler.emit.package.kubernetes.workload import Workload
    from compiler.lower.plan import Plan
    from compiler.model.cluster import Cluster

HISTORY: Final = 3
"""Jobs of each end that are kept for people; the journal knows them all."""
NEVER: Final = "0 0 1 1 *"
"""What a CronJob that is suspended must say all the same."""


def objects(
    workload: Workload, plan: Plan, cluster: Cluster, config_map: str
) -> Iterator[Artifact]:
    """Given what is run and the name of the plan's ConfigMap, yield its manifests."""
    labels, origin = workload.labels, workload.origin
    policy = head("NetworkPolicy", "networking.k8s.io/v1", workload.name, labels=labels)
    spec, remarks = network_policy(workload, cluster)
    yield manifest(
        f"network-policy-{workload.name}",
        policy | {"spec": spec},
        plan,
        origin=origin,
        comments=remarks,
    )
    data = head(
        "CronJob",
        "batch/v1",
        workload.name,
        labels=labels,
        annotations={"kubernetes.io/description": workload.description},
    )
    data["spec"] = _cron_job(workload, plan, cluster, config_map)
    yield manifest(f"cron-job-{workload.name}", data, plan, origin=origin)


def _cron_job(workload: Workload, plan: Plan, cluster: Cluster, config_map: str) -> dict[str, Any]:
    found = workload.schedule
    written: dict[str, Any] = {
        "schedule": NEVER if found is None else found.schedule,
        "timeZone": "Etc/UTC" if found is None else found.time_zone,
        # A job never overlaps itself; what is due meanwhile is `opsrun`'s to decide.
        "concurrencyPolicy": "Forbid",
        "startingDeadlineSeconds": workload.start_deadline_seconds,
        "suspend": found is None,
        "successfulJobsHistoryLimit": HISTORY,
        "failedJobsHistoryLimit": HISTORY,
    }
    job = {
        # `opsrun` tries again by itself, and exits when it will not.
        "backoffLimit": 0,
        "activeDeadlineSeconds": workload.longest_seconds,
        # A node that is drained is no fault of the job: another pod goes on from the journal.
        "podFailurePolicy": {
            "rules": [
                {
                    "action": "Ignore",
                    "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}],
                }
            ]
        },
        "template": pod(workload, plan, cluster, config_map),
    }
    return written | {"jobTemplate": {"metadata": {"labels": dict(workload.labels)}, "spec": job}}
