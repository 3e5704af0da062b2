"""Jobs: what the spec says of one becomes what the runtime executes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from compiler.lower.channels import notice_of
from compiler.lower.data import resource_of
from compiler.lower.diagnostics import collected
from compiler.lower.plan import JobPlan, Origin
from compiler.lower.subjects import OF, place
from compiler.model.kinds import KINDS
from compiler.model.resources import kind_of
from compiler.model.steps import parameters, steps_of
from compiler.targets.cron import crontab_name
from runtime.contract.files_expire import FilesExpire
from runtime.contract.plan import Job as Contract
from runtime.contract.plan import Lease, Retries, Step, plan_form
from runtime.schedule import parse, shortest_gap_seconds, zone_fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.model.environments import Hosts
    from compiler.model.jobs import Job
    from compiler.model.jobs import Step as StepEntry
    from compiler.model.service import Service
    from compiler.model.site import Member, Site
    from runtime.schedule import Schedule

LEASING: Final = ("postgres", "redis")
"""Kinds of resources in which hosts can agree on who runs a job."""

DAY_SECONDS: Final = 86_400


def lower_jobs(site: Site) -> tuple[JobPlan, ...]:
    """Given a site, return the jobs of each service that could be resolved, in order."""
    return tuple(
        plan
        for member, service in site.services
        for name, entry in member.spec.jobs.items()
        for plan in _job(site, member, service, name, entry)
    )


def _job(site: Site, member: Member, service: Service, name: str, entry: Job) -> Iterator[JobPlan]:
    if entry.hosts is not None and entry.hosts not in site.hosts:
        return
    zones = (entry.time_zone, site.hosts[entry.hosts].time_zone if entry.hosts else "UTC")
    if any(zone_fault(zone) for zone in zones):
        return
    steps: dict[str, Step] = {}
    for step_name, step, _path in steps_of(entry):
        lowered = _step(member, service, step)
        if lowered is None:
            return
        steps[step_name] = lowered
    group = site.hosts[entry.hosts] if entry.hosts else None
    hosts = group.names if group else ()
    schedule = parse(entry.schedule)
    yield JobPlan(
        origin=Origin(member.document, ("jobs", name)),
        service=service.name,
        name=name,
        group=entry.hosts,
        hosts=hosts,
        scheduler=group.scheduler if group else "systemd",
        host_zone=group.time_zone if group else "UTC",
        entry=entry,
        schedule=schedule,
        contract=Contract(
            service=service.name,
            name=name,
            description=entry.description or "",
            hosts=hosts,
            crontab=crontab_of(service.name, entry.hosts, group),
            served=group is not None and group.scheduler == "serve",
            runs=entry.runs,
            lease=_lease(member, entry) if entry.runs == "one" else None,
            schedule=entry.schedule,
            time_zone=entry.time_zone,
            start_deadline_seconds=_start_deadline(entry, schedule),
            jitter_seconds=entry.jitter_seconds,
            catch_up=entry.catch_up,
            catch_up_limit=entry.catch_up_limit,
            timeout_seconds=entry.timeout_seconds,
            expect_seconds=entry.expect_seconds,
            retries=_retries(entry),
            takes={f"{service.name}/{key}": how for key, how in sorted(entry.takes.items())},
            series=None if entry.series is None else f"{service.name}/{entry.series}",
            after=tuple(job_key(service, other) for other in entry.after),
            notice=notice_of(site, entry),
            in_maintenance=entry.in_maintenance,
            steps=steps,
        ),
    )


def crontab_of(service: str, name: str | None, group: Hosts | None) -> str | None:
    """Given a job's service and host group, return the crontab that starts it, or None.

    It has none where systemd starts it.
    """
    return crontab_name(service, name) if group and group.scheduler == "cron" else None


def job_key(service: Service, name: str) -> str:
    """Given a job as one of a service names it, return its key in the plan: ``service/job``."""
    return name if "/" in name else f"{service.name}/{name}"


def _retries(entry: Job) -> Retries | None:
    if entry.retries is None:
        return None
    return Retries(
        attempts=entry.retries.attempts,
        base_seconds=entry.retries.base_seconds,
        cap_seconds=entry.retries.cap_seconds,
        outcomes=entry.retries.outcomes,
    )


def lease_of(member: Member, entry: Job) -> str | None:
    """Given a job, return the resource in which its hosts agree who runs an occurrence, or None.

    It is the one that the job names, else the only database or Redis that it acts on or takes.
    """
    if entry.lease is not None:
        return entry.lease
    acted_on = (resource_of(member, step) for _name, step, _path in steps_of(entry))
    touched = {*acted_on, *entry.takes}
    fit = [name for name in sorted(filter(None, touched)) if _holds_leases(member, name)]
    return fit[0] if len(fit) == 1 else None


def _holds_leases(member: Member, name: str) -> bool:
    resource = member.spec.resources.get(name)
    return resource is not None and kind_of(resource) in LEASING


def _lease(member: Member, entry: Job) -> Lease | None:
    name = lease_of(member, entry)
    if name is None or not _holds_leases(member, name):
        return None
    resource = member.spec.resources[name]
    if resource.postgres is not None:
        return Lease(postgres=resource.postgres.dsn)
    return None if resource.redis is None else Lease(redis=resource.redis.url)


def _start_deadline(entry: Job, schedule: Schedule) -> float:
    """Return how late a run may start: as written, or until the next one is due, at most a day.

    The random delay comes on top of what is written: it is the timer's doing, not lateness.
    """
    if entry.start_deadline_seconds is not None:
        return entry.start_deadline_seconds + entry.jitter_seconds
    gap = shortest_gap_seconds(schedule, entry.time_zone)
    return DAY_SECONDS if gap is None else min(gap, DAY_SECONDS)


def _step(member: Member, service: Service, step: Job | StepEntry) -> Step | None:
    """Return a step in plan form, or None when its kind or its subject is unknown."""
    kind = str(step.run)
    if kind not in KINDS:
        return None
    said: Any = parameters(step)
    if KINDS[kind].subject is not None:
        said = OF[kind](member, step, said)
    elif kind == "diagnostics.collect":
        said = collected(member, service, said, tuple(place(path) for path in said.logs))
    # Files by age are one thing, whoever asks for it.
    done = "files.expire" if isinstance(said, FilesExpire) else kind
    return None if said is None else Step(kind=done, parameters=plan_form(said))
