"""How the resident process itself is: what the scheduler shows enters, its parts leave; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from runtime.status.health import Part

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runtime.serve.dials import Dials

SILENT_SECONDS: Final = 10.0
"""How long the scheduler may not have looked around until it counts as stuck."""
LATE_SECONDS: Final = 60.0
"""How long after its time a job may wait for its turn until that is no good sign."""


def parts_of(dials: Dials, jobs: int, now_monotonic_seconds: float) -> Mapping[str, Part]:
    """Given what the scheduler shows, the number of jobs and the time, return how its parts are.

    The journal is well as long as nobody who reads it says otherwise.
    """
    return {
        "scheduler": scheduler_part(dials, now_monotonic_seconds),
        "plan": _plan_part(dials, jobs),
        "journal": Part(status="healthy", message="can be read"),
    }


def scheduler_part(dials: Dials, now_monotonic_seconds: float) -> Part:
    """Return how the scheduler is: unhealthy when stuck, degraded when jobs wait, or it stops."""
    silent = now_monotonic_seconds - dials["beat"]
    if silent > SILENT_SECONDS:
        return Part(status="unhealthy", message=f"has not looked around for {silent:.0f}s")
    if dials["is_draining"]:
        return Part(status="degraded", message="is stopping")
    working = dials["running"] - dials["resting"]
    number = f"{working:.0f} run, {dials['resting']:.0f} rest, {dials['queued']:.0f} wait"
    if dials["waits_seconds"] > LATE_SECONDS:
        number += f", for up to {dials['waits_seconds']:.0f}s"
        return Part(status="degraded", message=number)
    return Part(status="healthy", message=number)


def _plan_part(dials: Dials, jobs: int) -> Part:
    if dials["is_reload_failed"]:
        message = "the plan on disk was refused, an earlier one is in force"
        return Part(status="degraded", message=message)
    return Part(status="healthy", message=f"{jobs} jobs, {dials['jobs']:.0f} of them started here")
