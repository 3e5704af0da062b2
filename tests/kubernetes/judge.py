"""What no schema sees and the API server, or a scheduler, refuses: our own judge of manifests.

Sources: the validation of `k8s.io/kubernetes/pkg/apis/{core,batch}`, the restricted profile of the
Pod Security Standards, and the controller of CronJobs.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

import yaml
from cronsim import CronSim, CronSimError
from kubernetes_validate import (  # type: ignore[import-untyped]  # it ships none
    ValidationError,
    validate,
)

from tests.kubernetes import crds

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

VERSION: Final = "1.34"
"""Version of Kubernetes whose schemas are asked."""
OPERATOR: Final = "monitoring.coreos.com"
LIMIT_BYTES: Final = 2**20
VOLUMES: Final = {
    *("configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim"),
    *("projected", "secret"),
}
"""Kinds of volumes that the restricted profile allows."""

_START = datetime(2026, 1, 1, tzinfo=UTC)
_LABEL = re.compile(r"([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?")
_KEY = re.compile(
    r"([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?"
)
_NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_DATA_KEY = re.compile(r"[-._a-zA-Z0-9]{1,253}")
_QUANTITY = re.compile(r"[0-9]+(\.[0-9]+)?(m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei|e[0-9]+)?")


def faults(manifests: Iterable[dict[str, Any]]) -> list[str]:
    """Given manifests, return everything that is wrong with each, and with them together."""
    every = list(manifests)
    found = [f"{_named(one)}: {fault}" for one in every for fault in _of_one(one)]
    counted = Counter(_named(one) for one in every)
    found.extend(f"{name}: {times} times" for name, times in counted.items() if times > 1)
    return found


def read(texts: Iterable[str]) -> list[dict[str, Any]]:
    """Given the texts of files, return the objects in them."""
    return [one for text in texts for one in yaml.safe_load_all(text) if one is not None]


def schema_faults(manifest: dict[str, Any]) -> list[str]:
    """Given a manifest, return what kubernetes-validate, or the operator's schema, says."""
    if str(manifest["apiVersion"]).startswith(OPERATOR):
        return crds.faults(manifest)
    try:
        validate(manifest, VERSION, strict=True)
    except ValidationError as error:
        return [str(error)]
    return []


def _named(manifest: dict[str, Any]) -> str:
    return f"{manifest['kind']} {manifest['metadata']['name']}"


def _of_one(manifest: dict[str, Any]) -> Iterator[str]:
    yield from schema_faults(manifest)
    yield from _metadata(manifest["metadata"], limit=253)
    held = {**manifest.get("data", {}), **manifest.get("stringData", {})}
    if sum(len(text.encode()) for text in held.values()) > LIMIT_BYTES:
        yield "its data is over 1 MiB"
    yield from (f"`{key}` is no key" for key in held if not _DATA_KEY.fullmatch(key))
    yield from _quantities(manifest)
    if manifest["kind"] == "CronJob":
        yield from _cron_job(manifest)


def _metadata(metadata: dict[str, Any], *, limit: int) -> Iterator[str]:
    name = metadata.get("name", "x")
    if len(name) > limit or not _NAME.fullmatch(name):
        yield f"`{name}` is no name"
    for key, value in metadata.get("labels", {}).items():
        if not _KEY.fullmatch(key) or not _LABEL.fullmatch(value):
            yield f"`{key}: {value}` is no label"
    if "namespace" in metadata:
        yield "the namespace is the kustomization's to say"


def _quantities(node: Any, path: str = "") -> Iterator[str]:
    if isinstance(node, list):
        for item in node:
            yield from _quantities(item, path)
    elif isinstance(node, dict):
        for key, value in node.items():
            if path in ("limits", "requests") or key == "sizeLimit":
                if not _QUANTITY.fullmatch(str(value)):
                    yield f"`{value}` is no quantity"
            else:
                yield from _quantities(value, key)


def _cron_job(manifest: dict[str, Any]) -> Iterator[str]:
    spec = manifest["spec"]
    yield from _metadata(manifest["metadata"], limit=52)
    yield from _schedule(spec["schedule"], spec.get("timeZone"))
    if spec.get("concurrencyPolicy") not in ("Allow", "Forbid", "Replace"):
        yield f"`{spec.get('concurrencyPolicy')}` is no concurrencyPolicy"
    if not spec.get("startingDeadlineSeconds", 0) >= 10:
        yield "startingDeadlineSeconds is below 10"
    for key in ("successfulJobsHistoryLimit", "failedJobsHistoryLimit"):
        if not 0 <= spec.get(key, 0) <= 100:
            yield f"{key} is out of range"
    job = spec["jobTemplate"]["spec"]
    if job.get("backoffLimit") != 0:
        yield "opsrun tries again, not the Job"
    if not job.get("activeDeadlineSeconds", 0) > 0:
        yield "activeDeadlineSeconds is missing"
    yield from _metadata(spec["jobTemplate"].get("metadata", {}), limit=253)
    yield from _metadata(job["template"].get("metadata", {}), limit=253)
    yield from _pod(job["template"]["spec"])


def _schedule(schedule: str, zone: str | None) -> Iterator[str]:
    if "TZ" in schedule:
        yield "a zone stands in the schedule"
        return
    if len(schedule.split()) != 5:
        yield f"`{schedule}` is no schedule of five fields"
        return
    try:
        CronSim(schedule, _START)
    except CronSimError as error:
        yield f"`{schedule}` is no schedule: {error}"
    # `robfig/cron` knows no 7 for Sunday, and none of cronsim's additions.
    if not re.fullmatch(r"[-0-9*,/ ]+", schedule) or "7" in _weekday(schedule):
        yield f"`{schedule}` is no schedule of robfig/cron"
    if zone in (None, "", "Local"):
        yield "the zone would be the controller's"
        return
    try:
        ZoneInfo(str(zone))
    except (KeyError, ValueError):
        yield f"`{zone}` is no zone"


def _weekday(schedule: str) -> str:
    return schedule.rpartition(" ")[2].partition("/")[0]


def _pod(spec: dict[str, Any]) -> Iterator[str]:
    """Yield what the restricted profile forbids, and what does not fit together."""
    if spec.get("restartPolicy") not in ("Never", "OnFailure"):
        yield f"`{spec.get('restartPolicy')}` is no restartPolicy of a Job"
    if spec.get("automountServiceAccountToken") is not False:
        yield "a token is mounted"
    context = spec.get("securityContext", {})
    if context.get("runAsNonRoot") is not True or context.get("runAsUser") == 0:
        yield "it may run as root"
    if context.get("seccompProfile", {}).get("type") not in ("RuntimeDefault", "Localhost"):
        yield "there is no seccomp profile"
    yield from (f"{key} is set" for key in ("hostNetwork", "hostPID", "hostIPC") if spec.get(key))
    names = [volume["name"] for volume in spec["volumes"]]
    yield from (f"the volume `{name}` comes twice" for name, n in Counter(names).items() if n > 1)
    for volume in spec["volumes"]:
        if not set(volume) - {"name"} <= VOLUMES:
            yield f"the volume `{volume['name']}` is of a kind that is not allowed"
        if not re.fullmatch(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?", volume["name"]):
            yield f"`{volume['name']}` is no name of a volume"
    for container in spec["containers"]:
        yield from _container(container, set(names))


def _container(container: dict[str, Any], volumes: set[str]) -> Iterator[str]:
    context = container.get("securityContext", {})
    if context.get("allowPrivilegeEscalation") is not False or context.get("privileged"):
        yield "privileges may grow"
    if context.get("capabilities") != {"drop": ["ALL"]}:
        yield "capabilities are kept"
    if context.get("readOnlyRootFilesystem") is not True:
        yield "the image can be written"
    resources = container.get("resources", {})
    if not {"cpu", "memory"} <= resources.get("requests", {}).keys():
        yield "cpu or memory is not asked for"
    if "memory" not in resources.get("limits", {}):
        yield "memory has no limit"
    paths = Counter(mount["mountPath"] for mount in container["volumeMounts"])
    yield from (f"`{path}` is mounted twice" for path, times in paths.items() if times > 1)
    for mount in container["volumeMounts"]:
        if mount["name"] not in volumes:
            yield f"the volume `{mount['name']}` is not there"
    for variable in container.get("env", []):
        if set(variable) not in ({"name", "value"}, {"name", "valueFrom"}):
            yield f"the variable `{variable['name']}` has no value, or two"
