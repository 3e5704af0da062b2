"""Section ``health``: what is asked how it is, how often, and from where on it is worse."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field
from typing import Annotated, Any, Final, Literal

from pydantic_core import PydanticCustomError

from compiler.model.resources import ResourceKind  # noqa: TC001  # the annotation of a constant
from compiler.model.routing import Severity
from compiler.model.types import Count, Flag, Name, Text, Url, parsed_by
from runtime.contract.entry import Entry, entry
from runtime.contract.forms import whole_of
from runtime.contract.units import (
    POSITIVE_DURATION_PATTERN,
    Bytes,
    PositiveSeconds,
    Seconds,
    Share,
    parse_duration,
)

INTERVAL_PATTERN: Final = POSITIVE_DURATION_PATTERN.replace("([0-9]{1,12}ms)?", "")
"""A duration above zero of whole seconds."""

_INTERVAL: Final = re.compile(INTERVAL_PATTERN[:-1] + r"\Z")


def _interval(value: Any) -> int:
    is_one = isinstance(value, str) and _INTERVAL.match(value) is not None
    seconds = parse_duration(value) if is_one else None
    if seconds is None:
        raise PydanticCustomError(
            "spec/bad-unit",
            "`{shown}` is not a whole number of seconds",
            {"shown": str(value), "help": "write a number with its unit: `30s`, `5m`, `1h`"},
        )
    return int(seconds)


Interval = Annotated[
    int,
    parsed_by(
        _interval,
        {"type": "string", "pattern": INTERVAL_PATTERN, "examples": ["30s", "5m"]},
    ),
]
"""A time of whole seconds, written `5m`."""

Status = Annotated[int, whole_of(100, 599)]
"""A status of http."""


@entry
class Expect(Entry):
    """What a healthy answer is like."""

    status: Status | None = None
    """Status of http; 200 when none is given. Another one is unhealthy."""
    contains: Text | None = None
    """Text that an http answer holds; without it the endpoint is unhealthy."""
    fields: Mapping[Text, Text] = field(default_factory=dict)
    """Values in an http answer, a JSON object, by their path: `database.state: ready`."""
    version_field: Text | None = None
    """Path of the version in an http answer, a JSON object; it becomes part of the result."""
    version: Text | None = None
    """Version that answers; with another one the endpoint is degraded."""
    version_at_least: Text | None = None
    """Lowest version that answers; with an older one the endpoint is degraded."""
    role: Literal["primary", "replica"] | None = None
    """What a Redis is; one that is something else is unhealthy."""


@entry
class Conditions(Entry):
    """Measured values from which on, or of what is free below which, a check is worse."""

    response_time_seconds: Seconds | None = None
    """Time to connect and to answer: of `http`, `postgres`, `redis`."""
    replication_lag_seconds: Seconds | None = None
    """Time by which the replica of a `postgres` is behind; an idle primary makes none."""
    behind_bytes: Bytes | None = None
    """Log that the slowest replica of a `postgres` has not replayed."""
    connections_ratio: Share | None = None
    """Share of the connections of a `postgres` that are in use."""
    memory_ratio: Share | None = None
    """Share of the memory of a `redis` that is in use."""
    free_space_ratio: Share | None = None
    """Share of the space of a `storage` that is free."""
    free_inodes_ratio: Share | None = None
    """Share of the inodes of a `storage` that are free."""
    depth: Count | None = None
    """Number of entries that wait in a `queue`."""
    age_seconds: Seconds | None = None
    """Time for which the oldest entry of a `queue` waits."""


APPLIES: Final[Mapping[str, tuple[ResourceKind, ...]]] = {
    "status": ("http",),
    "contains": ("http",),
    "fields": ("http",),
    "version_field": ("http",),
    "version": ("http",),
    "version_at_least": ("http",),
    "role": ("redis",),
    "response_time_seconds": ("http", "postgres", "redis"),
    "replication_lag_seconds": ("postgres",),
    "behind_bytes": ("postgres",),
    "connections_ratio": ("postgres",),
    "memory_ratio": ("redis",),
    "free_space_ratio": ("storage",),
    "free_inodes_ratio": ("storage",),
    "depth": ("queue",),
    "age_seconds": ("queue",),
    "user": ("postgres",),
    "write": ("storage",),
}
"""Kinds of resources of which something can be said, by the field."""

FLOORS: Final = ("free_space_ratio", "free_inodes_ratio")
"""Conditions that are met below their value; the others are met at it and above."""


@entry
class Check(Entry):
    """One check of one resource. No answer in time, or none at all, is an error."""

    description: Text | None = None
    """What is checked."""
    of: Name
    """What is asked; a key of `resources`."""
    every: Interval | None = None
    """How often; that of `health` when none is given."""
    timeout_seconds: PositiveSeconds | None = None
    """Time after which the check is an error; that of `health` when none is given."""
    hosts: Name | None = None
    """Hosts that ask; a key of `hosts`. That of `health` when none is given."""
    optional: Flag = False
    """Whether the whole is degraded, and no worse, when this check is worse."""
    expect: Expect = field(default_factory=Expect)
    """What a healthy answer is like."""
    degraded: Conditions = field(default_factory=Conditions)
    """From where on the check is degraded: worth a word, and no failure."""
    unhealthy: Conditions = field(default_factory=Conditions)
    """From where on the check is unhealthy."""
    user: Name | None = None
    """Whose connection asks a `postgres`; a key of its `roles`."""
    write: Flag = False
    """Whether a file is written to a `storage`, read back and removed."""
    severity: Severity | None = None
    """Severity of the alert about an unhealthy check; critical, and a warning when the check is
    optional. A degraded one is a warning, or information when the check is optional."""
    impact: Text | None = None
    """What users notice when it fails; it becomes that of the alerts."""
    steps: tuple[Text, ...] = ()
    """What whoever is called does first, in order."""
    runbook: Url | None = None
    """Address of the alerts' runbook; the compiled page when none is given."""


@entry
class Health(Entry):
    """What is asked how it is. The whole is as bad as its worst check that is not optional."""

    every: Interval = 60
    """How often checks are made that say nothing else."""
    timeout_seconds: PositiveSeconds | None = None
    """Time after which checks that say nothing else are an error."""
    hosts: Name | None = None
    """Hosts that make checks that say nothing else. None means wherever the plan is installed."""
    checks: Mapping[Name, Check]
    """Checks by name."""
