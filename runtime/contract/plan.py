"""``jobs/plan.json``: the jobs of one environment, as numbers, without secrets.

A plan of another major version is refused; a newer minor version only adds keys that an older
reader may not know, so a reader refuses those too (every key is known or the plan is refused).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, fields
from decimal import Decimal
from typing import Any, Final

from runtime.contract.entry import Entry, entry
from runtime.contract.units import Seconds

MAJOR: Final = 1
MINOR: Final = 0


@entry
class Step(Entry):
    """One step of a job: a kind and its parameters."""

    kind: str
    """Kind of the step, a key of `runtime.contract.kinds.KINDS`."""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    """Parameters of the kind, in plan form; validated against the kind's class on load."""


@entry
class Job(Entry):
    """One job: when it is due, how long it may take, what it does."""

    service: str
    """Service whose job this is."""
    name: str
    """Name within the service."""
    description: str = ""
    """What the job is for."""
    hosts: tuple[str, ...] = ()
    """Hosts that the job's units are installed on, for people: `run` does not ask where it is."""
    schedule: str = "manual"
    """When the job is due, in the form of `runtime.schedule.parse`."""
    time_zone: str = "UTC"
    """Zone in which the schedule is written; this version of the runtime knows UTC alone."""
    start_deadline_seconds: Seconds
    """How late an occurrence may still start; after that it is missed."""
    timeout_seconds: Seconds
    """Wall time after which the attempt is stopped."""
    stop_grace_seconds: Seconds = 10
    """Time between TERM and KILL."""
    expect_seconds: Seconds | None = None
    """Usual duration; a longer run is worth a word."""
    steps: Mapping[str, Step]
    """Steps by name, in the order they run."""


@entry
class Plan(Entry):
    """The jobs of one environment."""

    major: int
    """Major version of the plan's form."""
    minor: int
    """Minor version of the plan's form."""
    compiler: str
    """Version of opsc that wrote the plan."""
    environment: str
    """Environment that the plan was compiled for."""
    jobs: Mapping[str, Job]
    """Jobs by ``<service>/<name>``."""


def plan_form(value: Any) -> Any:
    """Given an entry or any value in one, return it as JSON data: own names, numbers, no nulls."""
    if isinstance(value, Entry):
        named = {part.name: getattr(value, part.name) for part in fields(value)}
        return {name: plan_form(item) for name, item in named.items() if item is not None}
    if isinstance(value, Mapping):
        return {str(key): plan_form(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plan_form(item) for item in value]
    if isinstance(value, Decimal):
        return float(value)
    return value
