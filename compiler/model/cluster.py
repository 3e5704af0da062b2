"""Key ``kubernetes`` of the section ``stack``: the cluster whose CronJobs start jobs.

What a cluster has beyond that (node selectors, tolerations, a registry's mirror) is put on the
written files by kustomize.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Annotated, Final

from compiler.model.types import FilePath, Url, text_of
from runtime.contract.entry import Entry, entry
from runtime.contract.forms import whole_of
from runtime.contract.units import Bytes, Described

_LABEL: Final = r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?"

ObjectName = Annotated[str, text_of(r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$", "tabular", max_length=63)]
"""A name of an object of Kubernetes: lower-case letters, digits and ``-``."""
VolumeName = Annotated[str, text_of(r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$", "data", max_length=58)]
"""The name of a volume: lower-case letters, digits and ``-``."""
ImageName = Annotated[
    str,
    text_of(
        r"^[a-z0-9][A-Za-z0-9._:/-]*(@sha256:[0-9a-f]{64})?$",
        "registry.example.org/tabular/opsrun:1.4.2",
        max_length=512,
    ),
]
"""An image with its tag or its digest."""
LabelKey = Annotated[
    str, text_of(rf"^([a-z0-9]([a-z0-9.-]*[a-z0-9])?/)?{_LABEL}$", "release", max_length=63)
]
"""The key of a label of Kubernetes."""
LabelValue = Annotated[str, text_of(rf"^{_LABEL}$", "prometheus", max_length=63)]
"""The value of a label of Kubernetes."""
Cores = Annotated[
    float,
    Described(
        {"type": "float", "strict": True, "allow_inf_nan": False, "ge": 0.001, "le": 1024},
        {"type": "number", "minimum": 0.001, "maximum": 1024, "examples": [0.1, 2]},
    ),
]
"""A number of processor cores; a thousandth is the least."""
UserNumber = Annotated[int, whole_of(1, 2**31 - 1)]
"""The number of a user that is not root."""


@entry
class State(Entry):
    """The volume of the journal, which all pods share, on one node at a time."""

    claim: ObjectName | None = None
    """PersistentVolumeClaim that is there already; none means that `opsrun-state` is written."""
    size_bytes: Bytes = 2**30
    """How much the claim that is written asks for."""
    storage_class: ObjectName | None = None
    """Class of the claim that is written; none means the cluster's default. It must bear SQLite's
    locks: block storage does, most network file systems do not."""


@entry
class Volume(Entry):
    """A volume that jobs act on; pods have it where a job names a path inside it."""

    claim: ObjectName
    """PersistentVolumeClaim."""
    path: FilePath
    """Folder under which the spec names what is on it."""


@entry
class Operator(Entry):
    """The Prometheus Operator: rules, scrape jobs and the routing become its resources."""

    labels: Mapping[LabelKey, LabelValue] = field(default_factory=dict)
    """Labels by which the cluster's Prometheus selects rules and scrape jobs."""


@entry
class Cluster(Entry):
    """The cluster that runs the jobs of host groups with `scheduler: kubernetes`."""

    namespace: ObjectName
    """Namespace of everything that is written."""
    image: ImageName
    """Image that has opsrun, and what the jobs call."""
    pull_secrets: tuple[ObjectName, ...] = ()
    """Secrets with which the image is pulled."""
    service_account: ObjectName | None = None
    """Account of the pods that is there already; none means that `opsrun` is written."""
    user: UserNumber = 65_532
    """Number of the user and the group that the pods run as."""
    cpu: Cores = 0.1
    """Cores that a pod asks for."""
    cpu_limit: Cores | None = None
    """Most cores that a pod may use; none means as many as are free."""
    memory_bytes: Bytes = 128 * 2**20
    """Memory that a pod asks for; what it may use is what its job says, 1GiB where it says none."""
    state: State = field(default_factory=State)
    """Where the journal lies."""
    volumes: Mapping[VolumeName, Volume] = field(default_factory=dict)
    """Volumes that jobs act on."""
    pushgateway: Url | None = None
    """Pushgateway that runs report to: no node exporter sees into a pod."""
    operator: Operator | None = None
    """The Prometheus Operator of the cluster; none means that Prometheus and Alertmanager are
    configured by their own files."""
