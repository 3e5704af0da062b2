"""The service of a job: `opsrun` under a user of its own, with nothing that the job does not need.

Only the folders that the job's parameters name can be written, and only a job that asks the
network has one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.artifact.ini import literal, word, write_ini
from compiler.artifact.notice import notice
from compiler.emit.systemd.confinement import confinement, identity, is_made_by_systemd
from compiler.lower.needs import needs, with_paths
from compiler.targets.opsrun import PLAN_FILE
from runtime.contract.plan import SETTLING_SECONDS
from runtime.contract.units import format_duration
from runtime.retry import longest_seconds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.lower.needs import Needs
    from compiler.lower.plan import JobPlan
    from compiler.model.stack import Opsrun


def service(job: JobPlan, opsrun: Opsrun) -> str:
    """Given a job and how opsrun stands on its hosts, return its service."""
    need = with_paths(needs(job.contract), (opsrun.program, opsrun.state, opsrun.textfile))
    open_to = confinement(need, variables=(job.service,), unit=f"{job.service}-{job.name}")
    sections = {
        "Unit": list(_unit(job, need)),
        "Service": [*_process(job, opsrun), *identity(opsrun), *open_to],
    }
    return write_ini(sections, comments=[notice([job.service])])


def _unit(job: JobPlan, need: Needs) -> Iterator[tuple[str, str]]:
    said = job.contract.description
    key = f"{job.service}/{job.name}"
    yield "Description", literal(f"{key}: {said}" if said else key)
    yield from after_network(need)


def after_network(need: Needs) -> Iterator[tuple[str, str]]:
    """Given what a unit needs, yield that it waits for the network, where that is not its own."""
    if need.is_networked and need.addresses != ("localhost",):
        yield "Wants", "network-online.target"
        yield "After", "network-online.target"


def _process(job: JobPlan, opsrun: Opsrun) -> Iterator[tuple[str, str]]:
    contract = job.contract
    yield "Type", "oneshot"
    yield "ExecStart", " ".join(word(part, is_command=True) for part in _argv(job, opsrun))
    # Waiting for what others hold, and every further attempt, happen inside the one process.
    yield "TimeoutStartSec", format_duration(longest_seconds(contract) + SETTLING_SECONDS)
    yield "TimeoutStopSec", format_duration(contract.stop_grace_seconds + SETTLING_SECONDS)
    # `opsrun` stops its own steps, with their grace; the rest of the group is killed after it.
    yield "KillMode", "mixed"


def _argv(job: JobPlan, opsrun: Opsrun) -> Iterator[str]:
    yield from (opsrun.program, "run")
    if job.schedule.form != "manual":
        yield "--scheduled"
    yield from ("--plan", PLAN_FILE)
    if not is_made_by_systemd(opsrun.state):
        yield from ("--state", opsrun.state)
    yield f"{job.service}/{job.name}"
