"""Make one check, as a step does, and return what it found and what was said."""

from __future__ import annotations

from typing import Any

from runtime.clock import SystemClock
from runtime.contract.health_check import Check, HealthCheck
from runtime.kinds import health_check
from runtime.kinds.result import Context


def asked(check: Check) -> dict[str, Any]:
    """Return the facts of a check that is made now, and all that was said of it as `said`."""
    lines: list[str] = []
    context = Context(clock=SystemClock(), say=lines.append)
    result = health_check.carry_out(HealthCheck(checks={"it": check}), context)
    facts: dict[str, Any] = dict(result.facts["checks"]["it"])
    return {**facts, "said": f"{lines} {result.summary} {result.facts}"}


def status(check: Check) -> tuple[str, str]:
    """Return status and message of a check that is made now."""
    facts = asked(check)
    return facts["status"], facts["message"]
