"""What all pods have in common: the account that they run as, and the claim of the journal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from compiler.emit.package.kubernetes.manifest import head, manifest
from compiler.emit.package.kubernetes.quantity import size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.artifact.artifact import Artifact
    from compiler.lower.plan import Plan
    from compiler.model.cluster import Cluster

ACCOUNT: Final = "opsrun"
CLAIM: Final = "opsrun-state"


def shared(plan: Plan, cluster: Cluster) -> Iterator[Artifact]:
    """Given a plan and its cluster, yield what is not there already."""
    if cluster.service_account is None:
        account = head("ServiceAccount", "v1", ACCOUNT)
        yield manifest("service-account", account | {"automountServiceAccountToken": False}, plan)
    if cluster.state.claim is None:
        spec: dict[str, Any] = {"accessModes": ["ReadWriteOnce"]}
        if cluster.state.storage_class is not None:
            spec["storageClassName"] = cluster.state.storage_class
        spec["resources"] = {"requests": {"storage": size(cluster.state.size_bytes)}}
        claim = head("PersistentVolumeClaim", "v1", CLAIM) | {"spec": spec}
        yield manifest("state", claim, plan)


def account_of(cluster: Cluster) -> str:
    """Given a cluster, return the name of the account that pods run as."""
    return cluster.service_account or ACCOUNT


def claim_of(cluster: Cluster) -> str:
    """Given a cluster, return the name of the claim of the journal."""
    return cluster.state.claim or CLAIM
