"""The values that go into the journal and come out of it. Instants are aware and in UTC."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from typing import Any

    from runtime.lineage import Process

Outcome: TypeAlias = Literal["ok", "failed", "timed out", "skipped", "missed"]
"""How an occurrence ends."""

StepOutcome: TypeAlias = Literal["ok", "partly", "failed", "timed out"]
"""How a step ends while its runner lives."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """The occurrence is ours: attempt `number` of it begins.

    `proven` are the (name, digest) of steps that earlier attempts did; `gone` are the marks of
    abandoned attempts, whose processes may have outlived their runner.
    """

    occurrence_id: int
    attempt_id: int
    number: int
    proven: frozenset[tuple[str, str]]
    gone: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """The occurrence has ended before."""

    outcome: Outcome
    exit_code: int
    ended_at: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A living process works on this occurrence (`same`), or on another one of the job."""

    pid: int
    due_at: datetime
    same: bool


Claim: TypeAlias = "Granted | Done | Running"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepEnd:
    """How a step ended, for the journal."""

    outcome: StepOutcome
    exit_code: int
    duration_seconds: float
    summary: str
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRecord:
    """One step of an attempt; `outcome` is None while it runs."""

    name: str
    outcome: str | None
    exit_code: int | None
    duration_seconds: float | None
    summary: str
    facts: Mapping[str, Any]
    output: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptRecord:
    """One attempt with its steps in order."""

    number: int
    process: Process
    started_at: datetime
    ended_at: datetime | None
    outcome: str | None
    duration_seconds: float | None
    steps: tuple[StepRecord, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OccurrenceRecord:
    """One occurrence with its attempts in order; `outcome` is None until it has ended."""

    job: str
    due_at: datetime
    manual: bool
    outcome: str | None
    exit_code: int | None
    ended_at: datetime | None
    reason: str
    attempts: tuple[AttemptRecord, ...]
