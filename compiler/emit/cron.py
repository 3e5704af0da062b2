"""cron: a system crontab for each service and host group, for ``/etc/cron.d``.

Timers are for hosts with systemd, these lines for those without: a host is given one of the two
(`scheduler` of its group). A line runs the same `opsrun run --scheduled`, which claims what is due
in its journal, so that a host that has both by mistake still runs it once. A file of a group is
called ``<service>--<group>``: cron reads no file whose name has a dot, and no name of ours has two
dashes in a row.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Final

from compiler.artifact.artifact import Artifact, LineRange
from compiler.artifact.notice import notice
from compiler.targets.cron import command, crontab_name, crontab_times
from compiler.targets.opsrun import PLAN_FILE, USER
from compiler.targets.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.lower.plan import JobPlan, Plan
    from compiler.model.stack import Opsrun

SETTINGS: Final = (
    "SHELL=/bin/sh",
    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    # opsrun keeps what jobs say, and tells who is to be told.
    'MAILTO=""',
)


def emit(plan: Plan) -> tuple[Artifact, ...]:
    """Given a plan, return the crontabs of its jobs; jobs that are run by hand have no line."""
    files: dict[tuple[str, str], list[JobPlan]] = {}
    for job in plan.on_hosts.jobs:
        if job.schedule.form != "manual":
            files.setdefault((job.service, job.group or ""), []).append(job)
    return tuple(
        _crontab(service, group, jobs, plan.stack.opsrun)
        for (service, group), jobs in sorted(files.items())
    )


def _crontab(service: str, group: str, jobs: list[JobPlan], opsrun: Opsrun) -> Artifact:
    """Return the crontab of a service's jobs on one group of hosts."""
    lines = [f"# {notice([service])}", *_heading(jobs[0]), "", *SETTINGS]
    origins = []
    for job in jobs:
        written = list(_lines(job, opsrun))
        origins.append(LineRange(len(lines) + 2, len(lines) + 1 + len(written), job.origin))
        lines += ["", *written]
    path = f"cron/{crontab_name(service, group)}"
    return Artifact(path=path, text="\n".join(lines) + "\n", origins=tuple(origins))


def _heading(job: JobPlan) -> Iterator[str]:
    if job.group is not None:
        yield f"# for the hosts `{job.group}`: {', '.join(job.hosts)}"
    yield f"# cron reads these times by the host's clock, which must show {job.host_zone}"


def _lines(job: JobPlan, opsrun: Opsrun) -> Iterator[str]:
    """Yield the lines of one job, or a comment where cron cannot say when it is due."""
    contract = job.contract
    zone = "" if contract.time_zone == "UTC" else f" in {contract.time_zone}"
    yield f"# {job.service}/{job.name}: {contract.schedule}{zone}"
    times = crontab_times(job.schedule, contract.time_zone, job.host_zone)
    if isinstance(times, Refusal):
        yield f"# cron cannot say that: {times.reason}"
        return
    argv = [opsrun.program, "run", "--scheduled"]
    if contract.jitter_seconds:
        argv.append("--wait-jitter")
    argv += ["--plan", PLAN_FILE, "--state", opsrun.state, f"{job.service}/{job.name}"]
    called = command(shlex.join(argv))
    yield from (f"{time} {USER} {called}" for time in times)
    if contract.catch_up != "skip":
        # As a timer's `Persistent`: what passed while the host was down is looked at on its start.
        yield f"@reboot {USER} {called}"
