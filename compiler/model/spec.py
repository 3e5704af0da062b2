"""The whole of a spec, and the table of its sections."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Annotated, Final, Literal

from compiler.model.alerts import Alert, AlertGroup
from compiler.model.dashboards import Dashboard
from compiler.model.environments import Environment, HostGroup
from compiler.model.health import Health
from compiler.model.jobs import Job
from compiler.model.maintenance import Maintenance
from compiler.model.metrics import Metric, Signal
from compiler.model.resources import Resource
from compiler.model.retention import DataClass
from compiler.model.routing import Routing
from compiler.model.scrape import ScrapeJob
from compiler.model.service import Service
from compiler.model.slos import Slo
from compiler.model.stack import Stack
from compiler.model.teams import Team
from compiler.model.types import AlertName, MetricName, Name
from runtime.contract.entry import Entry, entry
from runtime.contract.frozen import Frozen, frozen
from runtime.contract.units import Described

LanguageVersion = Annotated[
    Literal[1],
    Described(
        # A literal alone would take `true` and `1.0` for the number.
        {
            "type": "chain",
            "steps": [{"type": "int", "strict": True}, {"type": "literal", "expected": [1]}],
        },
        {"type": "integer", "const": 1},
    ),
]
"""The version of the language; this one is 1."""


@entry
class Spec(Entry):
    """Everything that one file says.

    A file without `service` is a platform file: it says what several services share.
    """

    opsc: LanguageVersion = 1
    """Version of the language."""
    service: Service | None = None
    """Who this service is."""
    teams: Mapping[Name, Team] = field(default_factory=dict)
    """Who answers, how they are reached, who is on call."""
    environments: Mapping[Name, Environment] = field(default_factory=dict)
    """Where the service runs, and what differs there."""
    hosts: Mapping[Name, HostGroup] = field(default_factory=dict)
    """Groups of hosts that jobs run on."""
    stack: Stack | None = None
    """The servers that watch the service."""
    scrape: Mapping[Name, ScrapeJob] = field(default_factory=dict)
    """Where Prometheus finds metrics."""
    metrics: Mapping[MetricName, Metric] = field(default_factory=dict)
    """The service's own metrics."""
    signals: Mapping[Name, Signal] = field(default_factory=dict)
    """Values that are said once and named everywhere else."""
    slos: Mapping[Name, Slo] = field(default_factory=dict)
    """What the service promises."""
    alert_groups: Mapping[Name, AlertGroup] = field(default_factory=dict)
    """Alerts that are evaluated together."""
    alerts: Mapping[AlertName, Alert] = field(default_factory=dict)
    """What somebody is told about."""
    routing: Routing | None = None
    """Who is told."""
    dashboards: Mapping[Name, Dashboard] = field(default_factory=dict)
    """What people look at; `slos` is there by itself where there are SLOs, unless it is said."""
    resources: Mapping[Name, Resource] = field(default_factory=dict)
    """What jobs act on."""
    health: Health | None = None
    """What is asked how it is."""
    retention: Mapping[Name, DataClass] = field(default_factory=dict)
    """What is kept how long."""
    jobs: Mapping[Name, Job] = field(default_factory=dict)
    """Work that is done on a schedule."""
    maintenance: Maintenance | None = None
    """Work that is announced."""


@frozen
class Section(Frozen):
    """How one section is read.

    `entry` names the schema of one entry when the section is a mapping of names (`keys` names the
    schema of a name), else of the section as a whole; `parts` are the mappings of names inside
    such a whole, whose entries are left out one by one when they are broken. Entries
    of a section that `is_pruned` stay without the keys at fault. `is_shared` says whether a
    platform file may have the section.
    """

    entry: str
    keys: str | None = None
    parts: tuple[str, ...] = ()
    is_pruned: bool = False
    is_shared: bool = False


SECTIONS: Final[Mapping[str, Section]] = {
    "opsc": Section(entry="language_version", is_shared=True),
    "service": Section(entry="service"),
    "teams": Section(entry="team", keys="name", is_shared=True),
    "environments": Section(entry="environment", keys="name", is_pruned=True, is_shared=True),
    "hosts": Section(entry="host_group", keys="name", is_shared=True),
    "stack": Section(entry="stack", is_shared=True),
    "scrape": Section(entry="scrape_job", keys="name", is_shared=True),
    "metrics": Section(entry="metric", keys="metric_name"),
    "signals": Section(entry="signal", keys="name"),
    "slos": Section(entry="slo", keys="name"),
    "alert_groups": Section(entry="alert_group", keys="name"),
    "alerts": Section(entry="alert", keys="alert_name"),
    "routing": Section(entry="routing", parts=("receivers", "routes"), is_shared=True),
    "dashboards": Section(entry="dashboard", keys="name"),
    "resources": Section(entry="resource", keys="name"),
    "health": Section(entry="health", parts=("checks",)),
    "retention": Section(entry="data_class", keys="name"),
    "jobs": Section(entry="job", keys="name"),
    "maintenance": Section(entry="maintenance", parts=("windows",), is_shared=True),
}
"""The sections of the language, in the order in which they are written."""
