"""Section ``jobs``: work that is done on a schedule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Annotated, ClassVar, Literal

from compiler.model.environments import AnyValue
from compiler.model.types import Flag, JobName, Name, Positive, Text, Zone
from compiler.model.values import ScheduleText
from runtime.contract.entry import Entry, entry
from runtime.contract.forms import NOT_EMPTY
from runtime.contract.units import Described, PositiveSeconds, Seconds

Kind = Annotated[
    str,
    Described(
        {"type": "str", "strict": True, "pattern": r"^[a-z]+(\.[a-z]+)?$"},
        {
            "type": "string",
            "pattern": r"^[a-z]+(\.[a-z]+)?$",
            "examples": [
                "cache.cleanup",
                "command",
                "data.expire",
                "diagnostics.collect",
                "docker.prune",
                "files.expire",
                "files.rotate",
                "health.check",
                "http.call",
                "postgres.analyze",
                "postgres.bloat",
                "postgres.reindex",
                "postgres.vacuum",
                "redis.expire",
                "temp.clean",
            ],
        },
    ),
]
"""What is done, as `object.verb`; or `command`."""


@entry
class Step(Entry):
    """One step of a job."""

    run: Kind
    """What is done."""
    of: Name | None = None
    """What it is done to: a key of `retention` for files and data, of `health.checks` for
    `health.check`, of `resources` for databases and caches."""
    user: Name | None = None
    """Whose connection is used, of a `postgres`; a key of its `roles`."""
    with_: Mapping[Text, AnyValue] = field(default_factory=dict)
    """Parameters of the kind."""


@entry
class Retries(Entry):
    """How a failed attempt is tried again."""

    attempts: Positive
    """Number of attempts, the first included."""
    base_seconds: PositiveSeconds = 30
    """Wait before the second attempt, at most; it doubles each time."""
    cap_seconds: PositiveSeconds = 900
    """Longest wait."""
    outcomes: Annotated[tuple[Literal["failed", "timed out"], ...], NOT_EMPTY] = ("failed",)
    """Ends of an attempt that are worth another one."""


@entry
class Notify(Entry):
    """Who is told how a run ended."""

    outcomes: Annotated[
        tuple[Literal["ok", "failed", "timed out", "skipped", "missed"], ...], NOT_EMPTY
    ] = ("failed", "timed out", "missed")
    """Outcomes that are told."""
    to: Name
    """Receiver; a key of `routing.receivers`. The job's hosts find its secrets where Alertmanager
    does on its own; where that is not so, name a receiver that only jobs use."""


@entry
class Job(Entry):
    """One job: one kind of work, or several steps in a row."""

    exactly_one: ClassVar = (("run", "steps"),)

    description: Text | None = None
    """What the job is for."""
    run: Kind | None = None
    """What is done."""
    of: Name | None = None
    """What it is done to: a key of `retention` for files and data, of `health.checks` for
    `health.check`, of `resources` for databases and caches."""
    user: Name | None = None
    """Whose connection is used, of a `postgres`; a key of its `roles`."""
    with_: Mapping[Text, AnyValue] = field(default_factory=dict)
    """Parameters of the kind."""
    steps: Mapping[Name, Step] | None = None
    """Several things done one after the other."""
    hosts: Name | None = None
    """Hosts that run the job; a key of `hosts`. None means wherever the plan is installed."""
    runs: Literal["each", "one"] = "each"
    """Whether every host runs each occurrence, or one of them."""
    lease: Name | None = None
    """Where several hosts agree which of them runs an occurrence: a `resources` entry, a PostgreSQL
    or a Redis. None means what the job is done to, or takes, where that is one."""
    schedule: ScheduleText
    """When the job is due."""
    time_zone: Zone = "UTC"
    """Zone in which the schedule is written."""
    timeout_seconds: PositiveSeconds
    """Time after which a run is stopped."""
    expect_seconds: PositiveSeconds | None = None
    """Usual duration; somebody is told when a run takes longer."""
    start_deadline_seconds: PositiveSeconds | None = None
    """How late a run may still start; none means the schedule's shortest gap, at most a day."""
    catch_up: Literal["skip", "once", "all"] = "once"
    """What becomes of runs that passed while nothing ran: none, the latest, or each."""
    catch_up_limit: Positive = 24
    """Most runs that are made up for at one time, the latest, when each is."""
    jitter_seconds: Seconds = 0
    """Longest random delay before the start."""
    retries: Retries | None = None
    """How a failed attempt is tried again."""
    takes: Mapping[Name, Literal["shared", "exclusive"]] = field(default_factory=dict)
    """What the job holds on its host while it runs: entries of `resources`."""
    series: Name | None = None
    """Jobs of one series run one at a time on a host."""
    after: tuple[JobName, ...] = ()
    """Jobs that must have ended well before this one starts; those of other services with the
    service's name before: `tabular/vacuum`."""
    notify: Notify | None = None
    """Who is told how a run ended."""
    alerts: Flag = True
    """Whether somebody is told when it failed, was missed, started late or ran too long."""
    in_maintenance: Literal["run", "skip"] = "run"
    """Whether the job runs in a maintenance window."""
