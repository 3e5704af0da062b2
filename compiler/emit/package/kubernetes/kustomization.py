"""``kustomization.yaml``: the manifests in order, and the one place that says the namespace."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from compiler.artifact.artifact import Artifact
from compiler.artifact.notice import notice
from compiler.artifact.yaml import write_yaml
from compiler.emit.package.kubernetes.manifest import MANAGED

if TYPE_CHECKING:
    from collections.abc import Iterable

    from compiler.lower.plan import Plan
    from compiler.model.cluster import Cluster


def kustomization(plan: Plan, cluster: Cluster, made: Iterable[Artifact]) -> Artifact:
    """Given the manifests of a cluster, return what kustomize puts together."""
    data: dict[str, Any] = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "namespace": cluster.namespace,
        # Selectors stay as they are: those of what runs already cannot be changed.
        "labels": [{"pairs": dict(MANAGED), "includeSelectors": False}],
        "resources": [one.path.rpartition("/")[2] for one in made],
    }
    selector = ",".join(f"{key}={value}" for key, value in MANAGED.items())
    call = f"kubectl apply --namespace {cluster.namespace} --prune --selector {selector} -k ."
    text, _none = write_yaml(data, comments=[notice(plan.services), call])
    return Artifact(path="kubernetes/kustomization.yaml", text=text)
