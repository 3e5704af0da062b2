"""``jobs/plan.json``: the jobs of one environment, as numbers, without secrets.

A plan of another major version is refused; a newer minor version only adds keys that an older
reader may not know, so a reader refuses those too (every key is known or the plan is refused).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, fields
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Final, Literal

from runtime.contract.channel import Channel
from runtime.contract.collector import Collector
from runtime.contract.entry import Entry, entry
from runtime.contract.forms import NOT_EMPTY
from runtime.contract.secret import Secret
from runtime.contract.serve import Serve
from runtime.contract.units import PositiveSeconds, Seconds, Whole

MAJOR: Final = 1
MINOR: Final = 2

SETTLING_SECONDS: Final = 30
"""What opsrun itself may take before and after a job, beyond the grace of its steps, until it is
killed: by the scheduler that it was begun by, or by systemd, whose units allow for both.
"""
PUNCTUAL_SECONDS: Final = 60
"""How long after its time, and after its jitter, a start does not yet count as late."""


@entry
class Step(Entry):
    """One step of a job: a kind and its parameters."""

    kind: str
    """Kind of the step, a key of `runtime.contract.kinds.KINDS`."""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    """Parameters of the kind, in plan form; validated against the kind's class on load."""


@entry
class Retries(Entry):
    """How an attempt that did not end well is followed by another one."""

    attempts: Whole
    """Number of attempts of one occurrence, the first included."""
    base_seconds: PositiveSeconds = 30
    """Longest wait before the second attempt; it doubles with each further one."""
    cap_seconds: PositiveSeconds = 900
    """Longest wait before any attempt."""
    outcomes: Annotated[tuple[Literal["failed", "timed out"], ...], NOT_EMPTY] = ("failed",)
    """Ends of an attempt that are worth another one."""


@entry
class Lease(Entry):
    """A place that several hosts share, where one of them takes an occurrence for all."""

    exactly_one: ClassVar = (("postgres", "redis"),)

    postgres: Secret | None = None
    """Connection string of the database that keeps the leases."""
    redis: Secret | None = None
    """URL of the Redis that keeps the leases."""


@entry
class Notice(Entry):
    """Who is told how an occurrence ended."""

    channels: tuple[str, ...]
    """Channels, keys of the plan's `channels`."""
    outcomes: Annotated[
        tuple[Literal["ok", "failed", "timed out", "skipped", "missed"], ...], NOT_EMPTY
    ]
    """Outcomes that are told."""


@entry
class Window(Entry):
    """A maintenance window of one service, or of all, that opens once or again and again."""

    exactly_one: ClassVar = (("schedule", "start"),)

    service: str | None = None
    """Service that the window is for; none means all."""
    name: str
    """The window's name."""
    schedule: str | None = None
    """When it opens, in the form of `runtime.schedule.parse`."""
    start: str | None = None
    """When it opens once: an instant, `2027-03-01T02:00Z`."""
    time_zone: str = "UTC"
    """Zone in which the schedule is written."""
    lasts_seconds: PositiveSeconds
    """How long it is open."""


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
    crontab: str | None = None
    """File of `cron/` that starts the job on its hosts; none where systemd starts it."""
    served: bool = False
    """Whether `opsrun serve` starts the job on its hosts, and neither systemd nor cron does."""
    runs: Literal["each", "one"] = "each"
    """Whether every host runs each occurrence, or one of them for all."""
    lease: Lease | None = None
    """Where the hosts agree on who runs an occurrence, when one of several does."""
    schedule: str = "manual"
    """When the job is due, in the form of `runtime.schedule.parse`."""
    time_zone: str = "UTC"
    """IANA zone in which the schedule is written."""
    start_deadline_seconds: Seconds
    """How late an occurrence may still start; after that it is missed."""
    jitter_seconds: Seconds = 0
    """Longest random delay before the start; it never changes when an occurrence is due."""
    catch_up: Literal["skip", "once", "all"] = "once"
    """What becomes of occurrences that passed while nothing ran: none, the latest, or each."""
    catch_up_limit: Whole = 24
    """Most occurrences that are made up for at one time, the latest, when each is."""
    timeout_seconds: Seconds
    """Wall time after which the attempt is stopped."""
    stop_grace_seconds: Seconds = 10
    """Time between TERM and KILL."""
    expect_seconds: Seconds | None = None
    """Usual duration; a longer run is worth a word."""
    retries: Retries | None = None
    """How a failed attempt is tried again; none means one attempt."""
    takes: Mapping[str, Literal["shared", "exclusive"]] = field(default_factory=dict)
    """What the job holds on its host while it runs, by the resource's key ``<service>/<name>``."""
    series: str | None = None
    """Jobs of one series, ``<service>/<name>``, run one at a time on a host."""
    after: tuple[str, ...] = ()
    """Keys of jobs whose latest occurrence must have ended well before this one starts."""
    notice: Notice | None = None
    """Who is told how an occurrence ended."""
    in_maintenance: Literal["run", "skip"] = "run"
    """Whether an occurrence that is due in a maintenance window runs."""
    steps: Mapping[str, Step]
    """Steps by name, in the order they run."""

    @property
    def punctual_seconds(self) -> float:
        """How long after its time a start does not yet count as late."""
        return self.jitter_seconds + PUNCTUAL_SECONDS


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
    channels: Mapping[str, Channel] = field(default_factory=dict)
    """How people are told, by the channel's name."""
    windows: tuple[Window, ...] = ()
    """Maintenance windows."""
    keep_seconds: PositiveSeconds = 90 * 86_400
    """How long the journal keeps occurrences that have ended, and alerts that came."""
    collector: Collector | None = None
    """What the resident `opsrun` watches of its host; none means nothing."""
    serve: Serve = field(default_factory=Serve)
    """How `opsrun serve` stands on the hosts."""

    @property
    def is_watched(self) -> bool:
        """Whether `opsrun serve` stands where it starts no job: to watch, to show, to take alerts.

        Where it starts jobs on some hosts, what is said of it is said of those.
        """
        is_asked_for = self.collector is not None or self.serve.is_said
        return is_asked_for and not any(job.served for job in self.jobs.values())


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
