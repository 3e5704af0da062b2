"""The values that go into the journal and come out of it. Instants are aware and in UTC."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from typing import Any

    from runtime.lineage import Process

Outcome: TypeAlias = Literal["ok", "failed", "timed out", "skipped", "missed"]
"""How an occurrence ends."""

StepOutcome: TypeAlias = Literal["ok", "partly", "failed", "timed out"]
"""How a step ends while its runner lives."""

ELSEWHERE = " ran it: "
"""What stands in a reason between the host that ran an occurrence for all, and how it ended."""

ALL_JOBS = "*"
"""What a hold of every job is kept under."""


@frozen
class Granted(Frozen):
    """The occurrence is ours: attempt `number` of it waits for `planned_at` and then begins.

    `attempt_id` grows with every attempt on this host and serves as its fencing number; `mark`
    is what the attempt's processes carry in their environment. `proven` are the (name, digest) of
    steps that earlier attempts did; `gone` are the marks of abandoned attempts, whose processes
    may have outlived their runner. `has_begun` when an earlier attempt got further than waiting;
    `by_hand` when a person asked for it, and it waits for nobody.
    """

    job: str
    due_at: datetime
    manual: bool
    occurrence_id: int
    attempt_id: int
    number: int
    mark: str
    planned_at: datetime
    has_begun: bool = False
    by_hand: bool = False
    proven: frozenset[tuple[str, str]] = frozenset()
    gone: tuple[str, ...] = ()


@frozen
class Done(Frozen):
    """The occurrence has ended before."""

    outcome: Outcome
    exit_code: int
    ended_at: datetime
    reason: str


@frozen
class Running(Frozen):
    """A living process works on this occurrence (`same`), or on another one of the job."""

    pid: int
    due_at: datetime
    same: bool


@frozen
class Skipped(Frozen):
    """The occurrence has been skipped just now."""

    reason: str


Claim: TypeAlias = "Granted | Done | Running | Skipped"


@frozen
class StepEnd(Frozen):
    """How a step ended; `is_final` when another attempt would end no better."""

    outcome: StepOutcome
    exit_code: int
    duration_seconds: float
    summary: str
    facts: Mapping[str, Any]
    is_final: bool = False


@frozen
class AttemptEnd(Frozen):
    """How an attempt ended."""

    outcome: Outcome
    exit_code: int
    reason: str
    duration_seconds: float | None = None


@frozen
class Hold(Frozen):
    """A job, or every one (`ALL_JOBS`), is not to run; `until` is None without an end."""

    job: str
    since: datetime
    until: datetime | None
    reason: str
    held_by: str


@frozen
class StepRecord(Frozen):
    """One step of an attempt; `outcome` is None while it runs."""

    name: str
    outcome: str | None
    exit_code: int | None
    duration_seconds: float | None
    summary: str
    facts: Mapping[str, Any]
    output: str


@frozen
class AttemptRecord(Frozen):
    """One attempt with its steps in order; `started_at` is None while it waits."""

    number: int
    process: Process
    planned_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    outcome: str | None
    reason: str
    duration_seconds: float | None
    steps: tuple[StepRecord, ...]


@frozen
class OccurrenceRecord(Frozen):
    """One occurrence with its attempts in order; `outcome` is None until it has ended."""

    job: str
    due_at: datetime
    manual: bool
    outcome: str | None
    exit_code: int | None
    ended_at: datetime | None
    reason: str
    attempts: tuple[AttemptRecord, ...]


@frozen
class Standing(Frozen):
    """How a job stands: its latest start, its latest end, its latest success.

    Instants and numbers are None until there was one. The job runs while `outcome` is None.
    `due_at` is of the latest occurrence that was scheduled and that began or was skipped.
    """

    occurrence_id: int
    due_at: datetime | None
    started_at: datetime | None
    start_delay_seconds: float | None
    ended_at: datetime | None
    outcome: str | None
    exit_code: int | None
    duration_seconds: float | None
    success_at: datetime | None
