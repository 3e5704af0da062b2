"""The unit of the resident process: where it starts the jobs (`scheduler: serve`), or only watches.

One unit for all jobs that it starts: it may reach what any of them may. Where timers start the jobs
it stands beside them for its collector, its page and the alerts that it takes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compiler.artifact.ini import word, write_ini
from compiler.artifact.notice import notice
from compiler.emit.systemd.confinement import confinement, identity, is_made_by_systemd
from compiler.emit.systemd.service import after_network
from compiler.lower.needs import serving_needs, with_paths
from compiler.targets.opsrun import PLAN_FILE, USER
from runtime.contract.plan import SETTLING_SECONDS
from runtime.contract.units import format_duration

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from compiler.lower.plan import JobPlan, Plan
    from compiler.model.stack import Opsrun

NAME: Final = "opsrun-serve.service"


def resident(plan: Plan, jobs: Sequence[JobPlan]) -> str:
    """Given a plan and those of its jobs that the resident process starts, return its unit.

    Without such jobs it starts none, and needs nothing of them.
    """
    opsrun = plan.stack.opsrun
    need = with_paths(
        serving_needs([job.contract for job in jobs], plan.channels, opsrun.serve, plan.collector),
        (opsrun.program, opsrun.state, opsrun.textfile),
    )
    services = sorted({job.service for job in jobs})
    longest = max((job.contract.stop_grace_seconds for job in jobs), default=0.0)
    does = f"{'Starts' if jobs else 'Shows'} the jobs of opsrun and says how they are"
    open_to = confinement(need, variables=(*services, USER), unit="serve", is_resident=True)
    sections = {
        "Unit": [("Description", does)],
        "Service": [*_process(opsrun, longest), *identity(opsrun), *open_to],
        "Install": [("WantedBy", "multi-user.target")],
    }
    sections["Unit"] += after_network(need)
    return write_ini(sections, comments=[notice(services or plan.services)])


def _process(opsrun: Opsrun, longest_grace: float) -> Iterator[tuple[str, str]]:
    argv = [opsrun.program, "serve", "--plan", PLAN_FILE]
    if not is_made_by_systemd(opsrun.state):
        argv += ["--state", opsrun.state]
    yield "Type", "notify"
    yield "ExecStart", " ".join(word(part, is_command=True) for part in argv)
    yield "ExecReload", "/bin/kill -HUP $MAINPID"
    yield "Restart", "on-failure"
    yield "RestartSec", "5s"
    yield "WatchdogSec", "2min"
    yield "TimeoutStartSec", "5min"
    # It waits for what runs, stops it then, with its grace; the rest of the group is killed after.
    # So it is when it dies by itself: credentials and temporary files of the unit go then, too.
    stop = opsrun.serve.drain_seconds + longest_grace + 2 * SETTLING_SECONDS
    yield "TimeoutStopSec", format_duration(stop)
    yield "KillMode", "mixed"
