"""The units that tell people: one service for all jobs of an environment, and what starts it.

The channels' secrets and addresses are in this one service, and in no job's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compiler.artifact.ini import literal, word, write_ini
from compiler.artifact.notice import notice
from compiler.emit.systemd.confinement import confinement, identity, is_made_by_systemd
from compiler.lower.needs import delivery_needs, with_paths
from compiler.targets.opsrun import DELIVERY_SECONDS, PLAN_FILE, USER
from runtime.contract.units import format_duration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.lower.plan import Plan

NAME: Final = "opsrun-deliver"
STAMP: Final = "outbox.stamp"
"""What a run touches in the state folder when it leaves a notice."""


def delivery(plan: Plan) -> Iterator[tuple[str, str]]:
    """Given a plan, yield name and text of each unit that tells people; none without channels."""
    if not plan.channels:
        return
    comments = [notice(sorted(plan.services))]
    about = ("Description", "Tells people how jobs of opsrun have ended")
    stamp = literal(f"{plan.stack.opsrun.state}/{STAMP}")
    sections = {
        "path": {
            "Path": [("PathModified", stamp), ("Unit", f"{NAME}.service")],
            "Install": [("WantedBy", "paths.target")],
        },
        "service": {"Service": [*_process(plan)]},
        "timer": {
            # What waits for company, or for another try, is due without anything being written.
            "Timer": [("OnCalendar", "minutely"), ("AccuracySec", "1s")],
            "Install": [("WantedBy", "timers.target")],
        },
    }
    for kind, said in sections.items():
        yield f"{NAME}.{kind}", write_ini({"Unit": [about], **said}, comments=comments)


def _process(plan: Plan) -> Iterator[tuple[str, str]]:
    opsrun = plan.stack.opsrun
    need = with_paths(
        delivery_needs(plan.channels), (opsrun.program, opsrun.state, opsrun.textfile)
    )
    argv = [opsrun.program, "deliver", "--plan", PLAN_FILE]
    if not is_made_by_systemd(opsrun.state):
        argv += ["--state", opsrun.state]
    yield "Type", "oneshot"
    yield "ExecStart", " ".join(word(part, is_command=True) for part in argv)
    yield "TimeoutStartSec", format_duration(DELIVERY_SECONDS)
    yield from identity(opsrun)
    yield from confinement(need, variables=(USER,), unit="deliver")
