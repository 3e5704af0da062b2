"""`health.check`: ask named http endpoints and disks how they are; the worst is the result.

A check is healthy, degraded, unhealthy (it answered, and the answer is bad) or in error (no
answer in time, or none at all). Healthy and degraded are a success of the job.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from runtime.errors import Exit
from runtime.http import HttpError, get
from runtime.kinds.result import Result

if TYPE_CHECKING:
    from runtime.contract.health_check import Check, DiskCheck, HealthCheck, HttpCheck
    from runtime.kinds.result import Context

Status: TypeAlias = Literal["healthy", "degraded", "unhealthy", "error"]

ORDER: Final[tuple[Status, ...]] = ("healthy", "degraded", "unhealthy", "error")
"""The statuses from best to worst."""

BODY_LIMIT_BYTES: Final = 1 * 2**20
"""Most of a body that is read to look for the expected text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one check found; `response_seconds` is None where nothing was timed."""

    status: Status
    message: str
    response_seconds: float | None = None


def carry_out(parameters: HealthCheck, context: Context) -> Result:
    """Make every check in turn; return OK when the worst is healthy or degraded, else FAILED.

    A dry run says what would be asked, and asks nothing.
    """
    if context.dry_run:
        for name, check in parameters.checks.items():
            context.say(f"would check {name}: {_target(check)}")
        return Result(exit_code=Exit.OK, summary=f"would make {len(parameters.checks)} checks")
    answers: dict[str, Answer] = {}
    for name, check in parameters.checks.items():
        answer = answers[name] = _check(check, context)
        took = "" if answer.response_seconds is None else f" ({answer.response_seconds:.3f}s)"
        context.say(f"{name}: {answer.status}: {answer.message}{took}")
    worst = max((ORDER.index(answer.status) for answer in answers.values()), default=0)
    facts = {
        name: {
            "status": answer.status,
            "message": answer.message,
            "response_seconds": answer.response_seconds,
        }
        for name, answer in answers.items()
    }
    return Result(
        exit_code=Exit.OK if worst <= ORDER.index("degraded") else Exit.FAILED,
        summary=_summary(answers, ORDER[worst]),
        facts={"status": ORDER[worst], "checks": facts},
    )


def _summary(answers: dict[str, Answer], worst: Status) -> str:
    if worst == "healthy":
        return f"healthy: {len(answers)} checks"
    bad = [f"{name} {answer.message}" for name, answer in answers.items() if answer.status == worst]
    return f"{worst}: {'; '.join(bad)}"


def _check(check: Check, context: Context) -> Answer:
    if check.http is not None:
        return _http(check.http, check.timeout_seconds, context)
    if check.disk is not None:
        return _disk(check.disk)
    return Answer(status="error", message="nothing to check")


def _target(check: Check) -> str:
    if check.http is not None:
        return f"GET {check.http.url}, up to {check.timeout_seconds:g}s"
    return f"free space of {check.disk.path}" if check.disk is not None else "nothing"


def _http(check: HttpCheck, timeout_seconds: float, context: Context) -> Answer:
    began = context.clock.monotonic()
    try:
        response = get(check.url, timeout_seconds=timeout_seconds, limit_bytes=BODY_LIMIT_BYTES)
    except HttpError as error:
        took = context.clock.monotonic() - began
        return Answer(status="error", message=str(error), response_seconds=took)
    took = context.clock.monotonic() - began
    if response.status != check.status:
        message = f"answered {response.status}, not {check.status}"
        return Answer(status="unhealthy", message=message, response_seconds=took)
    if check.contains is not None and check.contains not in response.text:
        message = f"the answer lacks `{check.contains}`"
        return Answer(status="unhealthy", message=message, response_seconds=took)
    if check.slow_seconds is not None and took >= check.slow_seconds:
        message = f"answered {response.status}, slower than {check.slow_seconds:g}s"
        return Answer(status="degraded", message=message, response_seconds=took)
    message = f"answered {response.status}"
    return Answer(status="healthy", message=message, response_seconds=took)


def _disk(check: DiskCheck) -> Answer:
    try:
        space = os.statvfs(check.path)
    except OSError as error:
        return Answer(status="error", message=f"{check.path}: {error.strerror}")
    if space.f_blocks == 0:
        return Answer(status="error", message=f"{check.path} is on no disk")
    # As `df` counts: of what a user without privilege may fill.
    used = space.f_blocks - space.f_bfree
    free = Decimal(space.f_bavail) / Decimal(max(used + space.f_bavail, 1))
    message = f"{free * 100:.1f}% free on {check.path}"
    if free < check.unhealthy_below_ratio:
        return Answer(status="unhealthy", message=message)
    return Answer(
        status="degraded" if free < check.degraded_below_ratio else "healthy", message=message
    )
