"""A unit of systemd: whether it is active."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Final

from runtime.kinds.health.answer import Answer, CheckError

if TYPE_CHECKING:
    from runtime.contract.health_check import SystemdCheck
    from runtime.kinds.health.answer import Line, Status

PROPERTIES: Final = ("LoadState", "ActiveState", "SubState", "NRestarts")

STATES: Final[dict[str, Status]] = {
    "active": "healthy",
    "activating": "degraded",
    "deactivating": "degraded",
    "reloading": "degraded",
}
"""How a unit is in each state; in any other it is unhealthy."""


def ask(check: SystemdCheck, line: Line) -> Answer:
    """Given a check, ask systemd about the unit, and return how it is."""
    argv = ["systemctl", "show", f"--property={','.join(PROPERTIES)}", "--", check.unit]
    try:
        done = subprocess.run(  # the program of the host's PATH, as every unit has it
            argv,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=line.seconds,
            check=False,
        )
    except FileNotFoundError:
        raise CheckError("there is no systemctl here") from None
    except subprocess.TimeoutExpired:
        raise CheckError(f"no answer within {line.seconds:g}s") from None
    if done.returncode != 0:
        raise CheckError("systemd does not answer")
    said = dict(
        text.partition("=")[::2] for text in done.stdout.decode("utf-8", "replace").splitlines()
    )
    if said.get("LoadState") in (None, "not-found"):
        return Answer(status="unhealthy", message=f"there is no unit {check.unit}")
    state, detail = said.get("ActiveState", "unknown"), said.get("SubState", "")
    restarts = said.get("NRestarts", "")
    return Answer(
        status=STATES.get(state, "unhealthy"),
        message=f"{state} ({detail})" if detail else state,
        values={"restarts": float(restarts)} if restarts.isdigit() else {},
    )
