"""``kustomization.yaml``: the manifests in order, and the one place that says the namespace."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from compiler.artifact.artifact import Artifact
from compiler.artifact.notice import notice
from compiler.artifact.yaml import write_yaml
from compiler.emit.package.kubernetes.manifest import MANAGED

if TYPE_CHECKING:
    from collections.abc import Iterable

    from compiler.lower.plan import Plan
    from compiler.model.cluster import Cluster

PRUNED: Final = ("core/v1/ConfigMap", "batch/v1/CronJob", "networking.k8s.io/v1/NetworkPolicy")
"""Kinds of objects that go when they are no longer compiled; the journal's claim never does."""
PRUNED_OF_OPERATOR: Final = (
    "core/v1/Secret",
    "monitoring.coreos.com/v1/PrometheusRule",
    "monitoring.coreos.com/v1alpha1/ScrapeConfig",
)


def kustomization(plan: Plan, cluster: Cluster, made: Iterable[Artifact]) -> Artifact:
    """Given the manifests of a cluster, return what kustomize puts together."""
    data: dict[str, Any] = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "namespace": cluster.namespace,
        "resources": [one.path.rpartition("/")[2] for one in made],
    }
    text, _none = write_yaml(data, comments=[notice(plan.services), _call(cluster)])
    return Artifact(path="kubernetes/kustomization.yaml", text=text)


def _call(cluster: Cluster) -> str:
    """Return what applies the folder, and removes what it held before."""
    selector = ",".join(f"{key}={value}" for key, value in MANAGED.items())
    kinds = PRUNED if cluster.operator is None else (*PRUNED, *PRUNED_OF_OPERATOR)
    words = ["kubectl apply -k .", f"--namespace {cluster.namespace}"]
    words += ["--prune", f"--selector {selector}"]
    return " ".join([*words, *(f"--prune-allowlist {kind}" for kind in kinds)])
