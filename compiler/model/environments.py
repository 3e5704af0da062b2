"""Sections ``environments`` and ``hosts``: where the service runs, and what differs there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field
from typing import Annotated, Any, Final, Literal, TypeAlias, get_args

from pydantic_core import PydanticCustomError

from compiler.model.types import HOST_PATTERN, ZONE_PATTERN, LabelName, Text, parsed_by
from runtime.contract.entry import Entry, entry
from runtime.contract.frozen import Frozen, frozen
from runtime.contract.units import Described

OverlayPath = Annotated[
    str,
    Described(
        {"type": "str", "strict": True, "min_length": 1},
        {"type": "string", "minLength": 1, "examples": ["scrape.node.targets"]},
    ),
]
"""Keys from the top of the spec, joined by dots."""

AnyValue = Annotated[Any, Described({"type": "any"}, {})]
"""Any value: it is validated where it is put."""


@entry
class Environment(Entry):
    """One environment; it compiles to a folder of its own."""

    description: Text | None = None
    """What the environment is for."""
    labels: Mapping[LabelName, Text] = field(default_factory=dict)
    """External labels: put on everything that leaves this environment's Prometheus."""
    set: Mapping[OverlayPath, AnyValue] = field(default_factory=dict)
    """Values that differ here, by path; lists are replaced whole."""
    remove: tuple[OverlayPath, ...] = ()
    """Entries that do not exist here, by path."""


Scheduler: TypeAlias = Literal["systemd", "cron", "serve", "kubernetes"]
"""What starts jobs on a host; `kubernetes` on a cluster, which then is the group's one host."""


@frozen
class Hosts(Frozen):
    """Hosts by name, the zone that their clocks show, and what starts jobs there."""

    names: tuple[str, ...]
    time_zone: str = "UTC"
    scheduler: Scheduler = "systemd"


_HOST: Final = re.compile(HOST_PATTERN)
_ZONE: Final = re.compile(ZONE_PATTERN)
_CLUSTER_PATTERN: Final = r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"
"""Names that a pod's host can have."""
_CLUSTER: Final = re.compile(_CLUSTER_PATTERN)


def _host_group(value: Any) -> Hosts:
    keys = value if isinstance(value, dict) else {"names": value}
    names = keys.get("names")
    if not isinstance(names, list):
        raise _no_host_group("expected a list of hosts")
    if not names:
        raise _no_host_group("a host group needs a host")
    for name in names:
        if not isinstance(name, str) or not _HOST.fullmatch(name):
            raise _no_host_group(f"`{name}` is not the name of a host")
    for key in keys:
        if key not in ("names", "time_zone", "scheduler"):
            raise _no_host_group(f"`{key}` is no key of a host group")
    zone, scheduler = keys.get("time_zone", "UTC"), keys.get("scheduler", "systemd")
    if not isinstance(zone, str) or not _ZONE.fullmatch(zone):
        raise _no_host_group(f"`{zone}` is not a time zone")
    if scheduler not in get_args(Scheduler):
        raise _no_host_group(f"`{scheduler}` is not `systemd`, `cron`, `serve` or `kubernetes`")
    if scheduler == "kubernetes" and not (len(names) == 1 and _CLUSTER.fullmatch(names[0])):
        raise _no_host_group(
            "where Kubernetes starts jobs, the one name is the cluster's, lower-case, without dots",
            "write `{names: [tabular-production], scheduler: kubernetes}`",
        )
    return Hosts(names=tuple(names), time_zone=zone, scheduler=scheduler)


_FORMS: Final = (
    "write `[api1, api2]` or `{names: [api1], time_zone: Europe/Berlin, scheduler: cron}`"
)


def _no_host_group(what: str, written: str = _FORMS) -> PydanticCustomError:
    return PydanticCustomError("spec/wrong-type", "{what}", {"what": what, "help": written})


_NAMES_SCHEMA: Final = {
    "type": "array",
    "items": {"type": "string", "pattern": HOST_PATTERN},
    "minItems": 1,
    "examples": [["api1", "api2"]],
}

_ZONE_SCHEMA: Final = {
    "type": "string",
    "pattern": ZONE_PATTERN,
    "description": "Zone that the hosts' clocks show, and cron reads.",
    "default": "UTC",
    "examples": ["Europe/Berlin"],
}

HostGroup = Annotated[
    Hosts,
    parsed_by(
        _host_group,
        {
            "anyOf": [
                _NAMES_SCHEMA,
                {
                    "type": "object",
                    "properties": {
                        "names": {**_NAMES_SCHEMA, "description": "Hosts by name."},
                        "time_zone": _ZONE_SCHEMA,
                        "scheduler": {
                            "enum": ["systemd", "cron", "serve"],
                            "description": "What starts jobs on the hosts.",
                            "default": "systemd",
                        },
                    },
                    "required": ["names"],
                    "additionalProperties": False,
                },
                {
                    "type": "object",
                    "properties": {
                        "names": {
                            "type": "array",
                            "items": {"type": "string", "pattern": _CLUSTER_PATTERN},
                            "minItems": 1,
                            "maxItems": 1,
                            "description": "The cluster's name.",
                            "examples": [["tabular-production"]],
                        },
                        "time_zone": {
                            "type": "string",
                            "pattern": ZONE_PATTERN,
                            "description": "Says nothing: each CronJob says its job's own.",
                            "examples": ["UTC"],
                        },
                        "scheduler": {
                            "const": "kubernetes",
                            "description": "Kubernetes starts jobs, on the cluster.",
                        },
                    },
                    "required": ["names", "scheduler"],
                    "additionalProperties": False,
                },
            ],
            "examples": [
                ["api1", "api2"],
                {"names": ["api1"], "time_zone": "Europe/Berlin", "scheduler": "cron"},
                {"names": ["tabular-production"], "scheduler": "kubernetes"},
            ],
        },
    ),
]
"""Hosts that jobs run on, by name: a list, or `names` with the `time_zone` of their clocks (UTC
unless said) and the `scheduler` that starts jobs there: `systemd`, unless another one is said,
`cron`, `serve`, where the resident `opsrun serve` does, or `kubernetes`, where the one name is the
cluster's."""
