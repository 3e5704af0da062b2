"""How all is: what checks found last, the host and opsrun itself enter, the worst leaves; pure."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from runtime.contract.frozen import Frozen, frozen
from runtime.schedule import longest_gap_seconds, parse
from runtime.status.reading import health_steps

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from runtime.collector.judge import HostStatus
    from runtime.contract.plan import Job, Plan

Facts: TypeAlias = "Mapping[tuple[str, str], tuple[datetime, Mapping[str, Any]]]"
"""What steps that check health found last and when, by job and step."""

Health: TypeAlias = Literal["unknown", "healthy", "degraded", "unhealthy", "error"]

HEALTH: Final[tuple[Health, ...]] = ("healthy", "unknown", "degraded", "unhealthy", "error")
"""How a check can be, from best to worst: `unknown` was never made, or too long ago."""

STALE_RUNS: Final = 3
"""Times its interval after which what a check found says nothing any more."""


@frozen
class CheckStatus(Frozen):
    """What one check found last.

    `values` are numbers in base units by names that end in their unit. `at` is None for a check
    that was never made; `is_optional` makes the whole degraded at most.
    """

    service: str
    job: str
    name: str
    status: Health
    message: str
    at: datetime | None = None
    is_optional: bool = False
    response_seconds: float | None = None
    version: str | None = None
    values: Mapping[str, float] = field(default_factory=dict)

    @property
    def weighed(self) -> Health:
        """How far its status counts for the whole."""
        return min(self.status, "degraded", key=HEALTH.index) if self.is_optional else self.status


def worst(statuses: Iterable[Health]) -> Health:
    """Return the worst status of several; `unknown` when there is none.

    A check in error is unhealthy as far as the whole is concerned, and one that is unknown makes
    it degraded where others are known.
    """
    found = set(statuses)
    if not found or found == {"unknown"}:
        return "unknown"
    status = max(found, key=HEALTH.index)
    mapped: dict[Health, Health] = {"error": "unhealthy", "unknown": "degraded"}
    return mapped.get(status, status)


@frozen
class Part(Frozen):
    """How one part of the resident opsrun is: its scheduler, its plan, its journal."""

    status: Health
    message: str


@frozen
class Overall(Frozen):
    """How all is: checks, the worst first, the host and opsrun itself.

    `host` is None where nothing watches it; `parts` are empty where no opsrun is resident.
    """

    checks: tuple[CheckStatus, ...] = ()
    host: HostStatus | None = None
    parts: Mapping[str, Part] = field(default_factory=dict)

    @property
    def status(self) -> Health:
        """The worst of all."""
        host = () if self.host is None else (self.host.state,)
        parts = (part.status for part in self.parts.values())
        return worst([*(check.weighed for check in self.checks), *host, *parts])


def checks_of(plan: Plan, facts: Facts, now: datetime) -> tuple[CheckStatus, ...]:
    """Given a plan, what its steps found last and the time, return its checks, the worst first."""
    found = [
        check
        for key, step in health_steps(plan)
        for check in _checks(plan.jobs[key], step, facts.get((key, step)), now)
    ]
    return tuple(sorted(found, key=lambda one: (-HEALTH.index(one.status), one.service, one.name)))


def _checks(
    job: Job, step: str, found: tuple[datetime, Mapping[str, Any]] | None, now: datetime
) -> Iterator[CheckStatus]:
    """Yield the checks of a step, with what it found last and when."""
    at, facts = (None, {}) if found is None else found
    answers = facts.get("checks")
    for check, entry in job.steps[step].parameters["checks"].items():
        answer = answers.get(check) if isinstance(answers, dict) else None
        known = answer if isinstance(answer, dict) else {}
        status, message = _said(job, known, at, now)
        yield CheckStatus(
            service=job.service,
            job=job.name,
            name=check,
            status=status,
            message=message,
            at=at if known else None,
            is_optional=bool(entry.get("optional")),
            response_seconds=known.get("response_seconds"),
            version=known.get("version"),
            values=known.get("values", {}),
        )


def _said(
    job: Job, answer: Mapping[str, Any], at: datetime | None, now: datetime
) -> tuple[Health, str]:
    """Return how a check is and its message; an answer that is too old says nothing."""
    if not answer or at is None:
        return "unknown", "it has not been made yet"
    gap = longest_gap_seconds(parse(job.schedule), job.time_zone)
    message = str(answer.get("message", ""))
    status: Health = next((one for one in HEALTH if one == answer.get("status")), "error")
    if gap is not None and (now - at).total_seconds() > gap * STALE_RUNS + job.timeout_seconds:
        said = f"{status}: {message}" if message else status
        return "unknown", f"nothing new since it was {said}"
    return status, message
