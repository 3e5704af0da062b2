"""The pod of a workload: one container that the restricted Pod Security Standard admits.

It has a volume for each folder that its job names, the journal's, and a place for temporary files;
everything else is read-only. Secrets come by name from Secrets that somebody else makes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from compiler.emit.package.kubernetes.plan_map import FOLDER
from compiler.emit.package.kubernetes.quantity import cores, size
from compiler.emit.package.kubernetes.shared import account_of, claim_of
from compiler.lower.needs import is_inside
from compiler.lower.volumes import volumes_of
from compiler.targets.kubernetes import CREDENTIALS, TEMPORARY, secret_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.emit.package.kubernetes.workload import Workload
    from compiler.lower.plan import Plan
    from compiler.model.cluster import Cluster

TEMPORARY_LIMIT: Final = "1Gi"
STATE_LABEL: Final = "opsrun/state"
SECRET_MODE: Final = 0o440


def pod(workload: Workload, plan: Plan, cluster: Cluster, config_map: str) -> dict[str, Any]:
    """Given what is run, return the template of its pods."""
    claim = claim_of(cluster)
    spec: dict[str, Any] = {
        "serviceAccountName": account_of(cluster),
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        # Metrics, notices, jitter and leases are by host: all pods are one, the cluster.
        "hostname": workload.host,
        "restartPolicy": "Never",
        "terminationGracePeriodSeconds": workload.grace_seconds,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": cluster.user,
            "runAsGroup": cluster.user,
            "fsGroup": cluster.user,
            "fsGroupChangePolicy": "OnRootMismatch",
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        # The journal's volume is on one node at a time: pods go where one is that has it.
        "affinity": {
            "podAffinity": {
                "requiredDuringSchedulingIgnoredDuringExecution": [
                    {
                        "labelSelector": {"matchLabels": {STATE_LABEL: claim}},
                        "topologyKey": "kubernetes.io/hostname",
                    }
                ]
            }
        },
    }
    if cluster.pull_secrets:
        spec["imagePullSecrets"] = [{"name": name} for name in cluster.pull_secrets]
    mounts = list(_mounts(workload, plan, cluster, config_map))
    spec["containers"] = [_container(workload, plan, cluster, mounts)]
    # Several mounts, of files, may be of one volume.
    spec["volumes"] = list({volume["name"]: volume for _mount, volume in mounts}.values())
    labels = {**workload.labels, STATE_LABEL: claim}
    return {"metadata": {"labels": labels}, "spec": spec}


def _container(
    workload: Workload, plan: Plan, cluster: Cluster, mounts: list[tuple[dict[str, Any], Any]]
) -> dict[str, Any]:
    memory = workload.need.memory_bytes
    limits = {"memory": size(memory)}
    if cluster.cpu_limit is not None:
        limits["cpu"] = cores(cluster.cpu_limit)
    return {
        "name": "opsrun",
        "image": cluster.image,
        "command": [plan.stack.opsrun.program],
        "args": list(workload.arguments),
        "env": list(_environment(workload, cluster)),
        "resources": {
            "requests": {
                "cpu": cores(min(cluster.cpu, cluster.cpu_limit or cluster.cpu)),
                "memory": size(min(cluster.memory_bytes, memory)),
            },
            "limits": limits,
        },
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "readOnlyRootFilesystem": True,
        },
        "volumeMounts": [mount for mount, _volume in mounts],
    }


def _environment(workload: Workload, cluster: Cluster) -> Iterator[dict[str, Any]]:
    yield {"name": "HOME", "value": TEMPORARY}
    if workload.need.secrets_of("credential"):
        yield {"name": "CREDENTIALS_DIRECTORY", "value": CREDENTIALS}
    if cluster.pushgateway is not None and workload.is_measured:
        yield {"name": "OPSRUN_PUSHGATEWAY", "value": cluster.pushgateway}
    for name in workload.need.secrets_of("env"):
        reference = {"name": workload.secret, "key": secret_key("env", name)}
        yield {"name": name, "valueFrom": {"secretKeyRef": reference}}


def _mounts(
    workload: Workload, plan: Plan, cluster: Cluster, config_map: str
) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Yield each mount with its volume."""
    state = plan.stack.opsrun.state
    yield _mount("plan", FOLDER, {"configMap": {"name": config_map}}, is_read_only=True)
    yield _mount("state", state, {"persistentVolumeClaim": {"claimName": claim_of(cluster)}})
    need = workload.need
    used = volumes_of(need, cluster)
    if not any(is_inside(TEMPORARY, volume.path) for volume in used.values()):
        yield _mount("temporary", TEMPORARY, {"emptyDir": {"sizeLimit": TEMPORARY_LIMIT}})
    for name, volume in used.items():
        is_written = any(is_inside(path, volume.path) for path in need.writes)
        yield _mount(
            f"data-{name}",
            volume.path,
            {"persistentVolumeClaim": {"claimName": volume.claim}},
            is_read_only=not is_written,
        )
    if names := need.secrets_of("credential"):
        held = _secret(workload, [("credential", name) for name in names])
        yield _mount("credentials", CREDENTIALS, held, is_read_only=True)
    files = need.secrets_of("file")
    held = _secret(workload, [("file", path) for path in files])
    for path in files:
        mount, source = _mount("secret-files", path, held, is_read_only=True)
        yield mount | {"subPath": secret_key("file", path)}, source


def _mount(
    name: str, path: str, source: dict[str, Any], *, is_read_only: bool = False
) -> tuple[dict[str, Any], dict[str, Any]]:
    read_only = {"readOnly": True} if is_read_only else {}
    return {"name": name, "mountPath": path, **read_only}, {"name": name, **source}


def _secret(workload: Workload, places: list[tuple[str, str]]) -> dict[str, Any]:
    """Return the volume of some keys of the workload's Secret."""
    keys = [secret_key(kind, place) for kind, place in places]
    items = [{"key": key, "path": key} for key in keys]
    sources = [{"secret": {"name": workload.secret, "items": items}}]
    return {"projected": {"defaultMode": SECRET_MODE, "sources": sources}}
