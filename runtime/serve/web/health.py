"""How all is: what the checks found last, and how the scheduler is, enter; one answer leaves. Pure.

A check is `healthy`, `degraded` or `unhealthy`; one that could not be made is unhealthy, and so is
one whose last result is too old to tell. An optional check makes the whole degraded at most.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from runtime.clock import short
from runtime.contract.frozen import Frozen, frozen
from runtime.schedule import longest_gap_seconds, parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from runtime.contract.plan import Job, Plan

Status: TypeAlias = Literal["healthy", "degraded", "unhealthy"]

ORDER: Final[tuple[Status, ...]] = ("healthy", "degraded", "unhealthy")
MISSED_RUNS: Final = 3
"""After how many of its intervals without a result a check says nothing any more."""
KIND: Final = "health.check"


@frozen
class Finding(Frozen):
    """How one thing is. `weighs` is how far that counts for the whole."""

    status: Status
    message: str
    weighs: Status
    at: datetime | None = None
    response_seconds: float | None = None

    def plain(self) -> dict[str, Any]:
        """Return it as JSON data."""
        said: dict[str, Any] = {"status": self.status, "message": self.message}
        if self.at is not None:
            said["at"] = short(self.at)
        if self.response_seconds is not None:
            said["response_seconds"] = self.response_seconds
        return said


def check_findings(
    plan: Plan,
    facts: Mapping[str, Mapping[str, Mapping[str, Any]]],
    times: Mapping[tuple[str, str], datetime],
    now: datetime,
) -> dict[str, Finding]:
    """Return what the checks of a plan's jobs found last, by ``service/job/check``.

    `facts` are by job and step, `times` say when they were found. Jobs that are run by hand alone
    are left out: nobody promised a result of theirs.
    """
    return {
        f"{key}/{name}": _finding(job, answers.get(name), at, check, now)
        for key, job in sorted(plan.jobs.items())
        if job.schedule != "manual"
        for step_name, step in job.steps.items()
        if step.kind == KIND
        for answers in [facts.get(key, {}).get(step_name, {}).get("checks", {})]
        for at in [times.get((key, step_name))]
        for name, check in step.parameters["checks"].items()
    }


def _finding(
    job: Job, answer: Any, at: datetime | None, check: Mapping[str, Any], now: datetime
) -> Finding:
    cap: Status = "degraded" if check.get("optional") else "unhealthy"
    if at is None or not isinstance(answer, dict):
        return Finding(status="degraded", message="no result yet", weighs="degraded")
    gap = longest_gap_seconds(parse(job.schedule), job.time_zone) or 0.0
    if now - at > timedelta(seconds=MISSED_RUNS * gap + job.timeout_seconds):
        message = f"no result since {short(at)}"
        return Finding(status="unhealthy", message=message, weighs=cap, at=at)
    said = answer.get("status")
    status: Status = next((one for one in ORDER if one == said), "unhealthy")
    return Finding(
        status=status,
        message=str(answer.get("message", "")),
        weighs=min(status, cap, key=ORDER.index),
        at=at,
        response_seconds=answer.get("response_seconds"),
    )


def whole(findings: Iterable[Finding]) -> Status:
    """Return how all is: the worst that weighs; healthy where there is nothing."""
    return max((one.weighs for one in findings), key=ORDER.index, default="healthy")
