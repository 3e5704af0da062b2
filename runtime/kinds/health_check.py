"""`health.check`: ask what a service stands on how it is; the worst is the result.

A check is healthy, degraded, unhealthy (it answered, and the answer is bad) or in error (no
answer in time, or none at all). Healthy and degraded are a success of the job. A check that is
optional makes the whole degraded at most. All are asked at once, each within its own time.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from runtime.contract.health_check import CHECKS
from runtime.deadline import LateError, within
from runtime.errors import Exit, RunError
from runtime.kinds.health.answer import ORDER, Answer, CheckError, Line
from runtime.kinds.result import Result

if TYPE_CHECKING:
    from runtime.contract.health_check import Check, HealthCheck
    from runtime.kinds.health.answer import Status
    from runtime.kinds.result import Context, Facts

TIMED: Final = ("http", "postgres", "redis")
"""Kinds of checks whose response time is told."""

AT_ONCE: Final = 64
"""Most checks that are made at one time."""


def carry_out(parameters: HealthCheck, context: Context) -> Result:
    """Make every check; return OK when the whole is healthy or degraded, else FAILED.

    A dry run says what would be asked, and asks nothing.
    """
    checks = parameters.checks
    if context.dry_run:
        for name, check in checks.items():
            context.say(f"would check {name}: {_target(check)}")
        return Result(exit_code=Exit.OK, summary=f"would make {len(checks)} checks")
    answers = _answers(parameters, context)
    for name, answer in answers.items():
        took = "" if answer.response_seconds is None else f" ({answer.response_seconds:.3f}s)"
        context.say(f"{name}: {answer.status}: {answer.message}{took}")
    whole = max(
        (_weighed(checks[name], answer.status) for name, answer in answers.items()),
        key=ORDER.index,
        default=ORDER[0],
    )
    return Result(
        exit_code=Exit.OK if whole in ("healthy", "degraded") else Exit.FAILED,
        summary=_summary(checks, answers, whole),
        facts={
            "status": whole,
            "checks": {name: _facts(answer) for name, answer in answers.items()},
        },
    )


def _weighed(check: Check, status: Status) -> Status:
    """Return how far a check's status counts for the whole."""
    return min(status, "degraded", key=ORDER.index) if check.optional else status


def _facts(answer: Answer) -> Facts:
    facts: dict[str, Any] = {
        "status": answer.status,
        "message": answer.message,
        "response_seconds": answer.response_seconds,
    }
    if answer.version is not None:
        facts["version"] = answer.version
    if answer.values:
        facts["values"] = dict(answer.values)
    return facts


def _summary(checks: Any, answers: dict[str, Answer], whole: Status) -> str:
    if whole == "healthy":
        return f"healthy: {len(answers)} checks"
    bad = [
        f"{name} {answer.message}"
        for name, answer in answers.items()
        if answer.status != "healthy" and _weighed(checks[name], answer.status) == whole
    ]
    return f"{whole}: {'; '.join(bad)}"


def _answers(parameters: HealthCheck, context: Context) -> dict[str, Answer]:
    """Make all checks at once: each has a thread, and ends within its own time."""
    from concurrent.futures import ThreadPoolExecutor

    checks = parameters.checks
    with ThreadPoolExecutor(max_workers=max(1, min(len(checks), AT_ONCE))) as threads:
        asked = {name: threads.submit(_answer, check, context) for name, check in checks.items()}
        return {name: answer.result() for name, answer in asked.items()}


def _answer(check: Check, context: Context) -> Answer:
    began = context.clock.monotonic()
    try:
        asked = _Asked(clock=context.clock, seconds=check.timeout_seconds, check=check)
        return within(asked, check.timeout_seconds)
    except LateError:
        message = f"no answer within {check.timeout_seconds:g}s"
    except (CheckError, RunError) as error:
        message = str(error)
    took = context.clock.monotonic() - began if _kind(check) in TIMED else None
    return Answer(status="error", message=message, response_seconds=took)


@dataclass(slots=True, kw_only=True)
class _Asked(Line):
    """One check that is being made."""

    check: Check

    def run(self) -> Answer:
        """Ask; the module of a kind, and its driver, are imported here."""
        kind = _kind(self.check)
        module = import_module(f"runtime.kinds.health.{kind}")
        answer: Answer = module.ask(getattr(self.check, kind), self)
        return answer


def _kind(check: Check) -> str:
    return next(kind for kind in CHECKS if getattr(check, kind) is not None)


def _target(check: Check) -> str:
    """Return what a check would look at, without any secret."""
    up_to = f"up to {check.timeout_seconds:g}s"
    if check.http is not None:
        return f"GET {check.http.url}, {up_to}"
    if check.storage is not None:
        return f"the file system of {check.storage.path}, {up_to}"
    if check.systemd is not None:
        return f"the unit {check.systemd.unit}, {up_to}"
    return f"a {_kind(check)}, {up_to}"
