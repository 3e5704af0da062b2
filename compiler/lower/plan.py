"""The plan of one environment: what the emitters write down. Frozen, and free of any format.

Durations are seconds. `Origin` says which entry of which document a thing was said by; emitters
pass it on, so that a line of an artifact leads back to a line of the spec.
"""

from __future__ import annotations

from dataclasses import field, replace
from typing import TYPE_CHECKING, Literal, TypeAlias

from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from decimal import Decimal

    from compiler.lower.dashboards.plan import DashboardPlan
    from compiler.lower.slo.plan import SloPlan
    from compiler.model.alerts import Alert
    from compiler.model.environments import Scheduler
    from compiler.model.jobs import Job as JobEntry
    from compiler.model.metrics import Metric, Unit
    from compiler.model.routing import Receiver, Smtp
    from compiler.model.scrape import ScrapeJob
    from compiler.model.service import Service
    from compiler.model.stack import Stack
    from compiler.model.teams import Team
    from compiler.model.values import Matcher
    from compiler.source.tree import Path
    from runtime.contract.channel import Channel
    from runtime.contract.collector import Collector
    from runtime.contract.plan import Job, Window
    from runtime.schedule import Schedule

Severity: TypeAlias = Literal["info", "warning", "critical"]
"""The one scale of severity."""

Operator: TypeAlias = Literal[">", "<", ">=", "<=", "==", "!="]
"""A comparison of PromQL."""


@frozen(kw_only=False)
class Origin(Frozen):
    """The entry that said something: 0-indexed document, path from its top."""

    document: int
    path: Path


@frozen
class ScrapePlan(Frozen):
    """One scrape job, its interval and time limit resolved."""

    origin: Origin
    name: str
    entry: ScrapeJob
    interval_seconds: float
    timeout_seconds: float


@frozen
class Comparison(Frozen):
    """A query, and the threshold it is compared with in the query's own unit."""

    query: str
    operator: Operator
    threshold: Decimal
    threshold_text: str
    unit: Unit | None


@frozen
class AlertPlan(Frozen):
    """One alert rule. `labels` and `annotations` are complete and sorted."""

    origin: Origin
    service: str
    name: str
    group: str
    entry: Alert
    comparison: Comparison
    expression: str
    for_seconds: float
    keep_firing_for_seconds: float | None
    severity: Severity
    owner: str
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    is_no_data: bool = False


@frozen
class GroupPlan(Frozen):
    """Alerts of one service that are evaluated together; `name` carries the service's name."""

    origin: Origin
    service: str
    name: str
    interval_seconds: float
    query_offset_seconds: float | None
    alerts: tuple[AlertPlan, ...]


@frozen
class RoutePlan(Frozen):
    """One route below the top; what it does not say is as at the top."""

    origin: Origin
    name: str
    matchers: tuple[tuple[str, Matcher], ...]
    receiver: str
    is_continued: bool = False
    group_by: tuple[str, ...] | None = None
    group_wait_seconds: float | None = None
    group_interval_seconds: float | None = None
    repeat_interval_seconds: float | None = None


@frozen
class Inhibition(Frozen):
    """While an alert with the source's labels fires, those of the target's are mute."""

    origin: Origin
    source: tuple[tuple[str, Matcher], ...]
    target: tuple[tuple[str, Matcher], ...]
    equal: tuple[str, ...]


@frozen
class MinuteRange(Frozen):
    """Minutes of one day, from `start` up to, and without, `end`; midnight at the end is 1440."""

    start: int
    end: int


@frozen
class TimeSlot(Frozen):
    """Days and minutes; a field that is empty means any. Weekdays count from 0, Monday."""

    times: tuple[MinuteRange, ...] = ()
    weekdays: tuple[int, ...] = ()
    days_of_month: tuple[int, ...] = ()
    months: tuple[int, ...] = ()
    years: tuple[int, ...] = ()


@frozen
class WindowPlan(Frozen):
    """A maintenance window of one service, or of all (`service` None), as slots of time in UTC."""

    origin: Origin
    service: str | None
    name: str
    severities: tuple[str, ...]
    slots: tuple[TimeSlot, ...]


@frozen
class RoutingPlan(Frozen):
    """Who is told."""

    origin: Origin
    default: str
    group_by: tuple[str, ...]
    group_wait_seconds: float
    group_interval_seconds: float
    repeat_interval_seconds: float
    smtp: Smtp | None
    receivers: Mapping[str, Receiver]
    routes: tuple[RoutePlan, ...]
    inhibitions: tuple[Inhibition, ...]
    windows: tuple[WindowPlan, ...]


@frozen
class JobPlan(Frozen):
    """One job: `contract` is what the runtime executes, `schedule` the same schedule, parsed.

    `entry` is what the spec says, for what units and timers decide: jitter and catching up.
    `scheduler` starts the job on its hosts, whose clocks show the time of `host_zone`.
    """

    origin: Origin
    service: str
    name: str
    group: str | None
    hosts: tuple[str, ...]
    scheduler: Scheduler = "systemd"
    host_zone: str = "UTC"
    entry: JobEntry
    schedule: Schedule
    contract: Job


@frozen
class ServicePlan(Frozen):
    """One service of the environment; `metrics` is the catalogue of its own metrics."""

    origin: Origin
    service: Service
    owner: Team | None
    metrics: Mapping[str, Metric] = field(default_factory=dict)


@frozen
class Plan(Frozen):
    """Everything of one environment."""

    environment: str
    labels: Mapping[str, str]
    stack: Stack
    services: Mapping[str, ServicePlan]
    teams: Mapping[str, Team]
    scrapes: tuple[ScrapePlan, ...]
    groups: tuple[GroupPlan, ...]
    routing: RoutingPlan | None
    jobs: tuple[JobPlan, ...]
    slos: tuple[SloPlan, ...] = ()
    dashboards: tuple[DashboardPlan, ...] = ()
    windows: tuple[Window, ...] = ()
    channels: Mapping[str, Channel] = field(default_factory=dict)
    collector: Collector | None = None

    @property
    def has_resident(self) -> bool:
        """Whether hosts have a unit of `opsrun serve`: it starts jobs, or is to watch by timers."""
        hosts = self.on_hosts
        if any(job.contract.served for job in hosts.jobs):
            return True
        is_asked_for = self.collector is not None or self.stack.opsrun.serve.is_said
        return is_asked_for and any(job.contract.crontab is None for job in hosts.jobs)

    @property
    def on_hosts(self) -> Plan:
        """The plan with the jobs that hosts start, and the channels that these tell through."""
        return self._with(job for job in self.jobs if job.scheduler != "kubernetes")

    @property
    def in_cluster(self) -> Plan:
        """The plan with the jobs that Kubernetes starts, and their channels."""
        return self._with(job for job in self.jobs if job.scheduler == "kubernetes")

    def _with(self, some: Iterable[JobPlan]) -> Plan:
        jobs = tuple(some)
        if len(jobs) == len(self.jobs):
            return self
        notices = (job.contract.notice for job in jobs)
        told = {name for notice in notices if notice for name in notice.channels}
        channels = {name: channel for name, channel in self.channels.items() if name in told}
        return replace(self, jobs=jobs, channels=channels)
