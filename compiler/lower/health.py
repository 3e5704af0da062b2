"""Health: the checks of a spec become jobs of kind `health.check`, and alerts about them.

Checks that have interval and hosts in common are one job. Those that say neither are the job
`health-check`; the names of others carry what they say: `health-check-db-1m`.
"""

from __future__ import annotations

import math
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from compiler.lower.checks import contract_check
from compiler.lower.derived_alerts import DerivedAlert, alert_name, derived_alert
from compiler.lower.jobs import crontab_of
from compiler.lower.plan import JobPlan, Origin
from compiler.lower.remedies import remedies
from compiler.model.jobs import Job as JobEntry
from runtime.contract.frozen import Frozen, frozen
from runtime.contract.health_check import HealthCheck
from runtime.contract.plan import Job, Step, plan_form
from runtime.contract.units import format_duration
from runtime.schedule import parse

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from compiler.lower.plan import AlertPlan, Severity
    from compiler.model.environments import Scheduler
    from compiler.model.health import Check as CheckEntry
    from compiler.model.health import Health
    from compiler.model.service import Service
    from compiler.model.site import Member, Site
    from runtime.contract.health_check import Check

JOB: Final = "health-check"
STEP: Final = "check"
GROUP: Final = "health"
"""Names of the job, of its step and of the alerts' group."""

AT_ONCE: Final = 64
"""Checks that the runtime makes at one time."""
SETTLING_SECONDS: Final = 10
"""What a job may take beside its checks."""

AGAIN_SECONDS: Final = 60
"""Time after the next check by which its result is known: one bad check alone tells nobody."""
MISSED_RUNS: Final = 3
"""Checks in a row that must be missing until somebody is told."""

Runs = tuple[int, str | None]
"""What checks of one job have in common: interval in seconds and group of hosts."""


def health_job_name(health: Health, every: int, hosts: str | None) -> str:
    """Given interval and hosts of checks, return the name of the job that makes them."""
    parts = [JOB]
    if hosts is not None and hosts != health.hosts:
        parts.append(hosts)
    if every != health.every:
        parts.append(format_duration(every))
    return "-".join(parts)


def runs_of(health: Health, check: CheckEntry) -> Runs:
    """Given a check, return its interval and its hosts, the section's where it says none."""
    return check.every or health.every, check.hosts or health.hosts


def health_jobs(site: Site) -> tuple[JobPlan, ...]:
    """Given a site, return the jobs that make the checks of each service."""
    return tuple(
        _job(site, member, service, health, runs, checks)
        for member, service in site.services
        if (health := member.spec.health) is not None
        for runs, checks in _grouped(site, member, health).items()
    )


def _grouped(site: Site, member: Member, health: Health) -> Mapping[Runs, dict[str, Check]]:
    """Return the checks that could be resolved, by name, by what they have in common."""
    groups: dict[Runs, dict[str, Check]] = {}
    for name, entry in health.checks.items():
        check = contract_check(member, name)
        runs = runs_of(health, entry)
        if check is not None and (runs[1] is None or runs[1] in site.hosts):
            groups.setdefault(runs, {})[name] = check
    return groups


def _job(  # where, whose, and what
    site: Site,
    member: Member,
    service: Service,
    health: Health,
    runs: Runs,
    checks: Mapping[str, Check],
) -> JobPlan:
    every, group = runs
    name = health_job_name(health, every, group)
    found = site.hosts[group] if group else None
    hosts = found.names if found else ()
    text = f"every {format_duration(every)}"
    description = f"Asks {', '.join(checks)} how they are"
    timeout = timeout_of(checks, every)
    step = Step(kind="health.check", parameters=plan_form(HealthCheck(checks=checks)))
    return JobPlan(
        origin=Origin(member.document, ("health", "checks", next(iter(checks)))),
        service=service.name,
        name=name,
        group=group,
        hosts=hosts,
        scheduler=found.scheduler if found else "systemd",
        host_zone=found.time_zone if found else "UTC",
        entry=JobEntry(
            description=description,
            run="health.check",
            hosts=group,
            schedule=text,
            timeout_seconds=timeout,
            catch_up="skip",
        ),
        schedule=parse(text),
        contract=Job(
            service=service.name,
            name=name,
            description=description,
            hosts=hosts,
            crontab=crontab_of(service.name, group, found),
            served=found is not None and found.scheduler == "serve",
            schedule=text,
            start_deadline_seconds=every,
            catch_up="skip",
            timeout_seconds=timeout,
            steps={STEP: step},
        ),
    )


def timeout_of(checks: Mapping[str, Check], every: int) -> float:
    """Given the checks of one job, return how long it may take: all are made at once.

    What it may take beside them does not reach into the next run.
    """
    slowest = max(check.timeout_seconds for check in checks.values())
    needed = slowest * math.ceil(len(checks) / AT_ONCE)
    return max(needed, min(needed + SETTLING_SECONDS, every))


def health_alerts(site: Site) -> Iterator[AlertPlan]:
    """Given a site, yield the alerts about the checks of each service that could be resolved."""
    for member, service in site.services:
        health = member.spec.health
        if health is None:
            continue
        for (every, group), checks in _grouped(site, member, health).items():
            made = Made(
                member=member,
                service=service,
                job=health_job_name(health, every, group),
                every_seconds=every,
                scheduler=site.hosts[group].scheduler if group else "systemd",
            )
            derived = [said for name in checks for said in _alerts(made, health.checks[name], name)]
            for said in (*derived, _stale(made, tuple(checks))):
                plan = derived_alert(site, member, service, said)
                if plan is not None:
                    yield plan


@frozen
class Made(Frozen):
    """Whose checks are made, by which job, how often."""

    member: Member
    service: Service
    job: str
    every_seconds: int
    scheduler: Scheduler = "systemd"

    def labels(self, **more: str) -> str:
        """Return labels of the metrics of the job, as a query writes them."""
        said = {"service": self.service.name, "job_name": self.job, **more}
        return ",".join(f'{name}="{value}"' for name, value in said.items())


def _alerts(made: Made, check: CheckEntry, name: str) -> Iterator[DerivedAlert]:
    """Yield what is said when a check is unhealthy, and when it is degraded."""
    read = remedies(made.scheduler, made.service.name, made.job).read
    labels = made.labels(step=STEP, check=name)
    worse: Severity = "warning" if check.optional else "critical"
    bad: Severity = "info" if check.optional else "warning"
    said: tuple[tuple[str, str, Severity, str], ...] = (
        ("unhealthy", 'status=~"unhealthy|error"', check.severity or worse, "fails"),
        ("degraded", 'status="degraded"', bad, "passes, though worse than it should"),
    )
    for word, status, severity, how in said:
        yield DerivedAlert(
            origin=Origin(made.member.document, ("health", "checks", name)),
            name=alert_name(made.service, name, word),
            group=GROUP,
            query=f"max by (instance) (opsrun_health_status{{{labels},{status}}})",
            operator="equals",
            threshold=Decimal(1),
            unit="boolean",
            for_seconds=made.every_seconds + AGAIN_SECONDS,
            severity=severity,
            summary=f"{name} of {made.service.title} is {word} on {{{{ $labels.instance }}}}",
            description=f"The health check `{name}`, made every"
            f" {format_duration(made.every_seconds)}, {how}, again and again",
            impact=check.impact or f"What depends on {name} may not work",
            steps=(
                f"Read what the check says: `{read}`",
                *check.steps,
            ),
            queries={
                "How it was": f"opsrun_health_status{{{labels}}} == 1",
                "What it measured": f"opsrun_health_value{{{labels}}}",
                "How long it took to answer": f"opsrun_health_duration_seconds{{{labels}}}",
            },
            runbook=check.runbook,
        )


def _stale(made: Made, checks: tuple[str, ...]) -> DerivedAlert:
    """Return what is said when checks are not made any more, on a host or anywhere."""
    started = f"opsrun_job_last_start_timestamp_seconds{{{made.labels()}}}"
    allowed = made.every_seconds * MISSED_RUNS
    by_hand = remedies(made.scheduler, made.service.name, made.job)
    return DerivedAlert(
        origin=Origin(made.member.document, ("health", "checks", checks[0])),
        name=alert_name(made.service, made.job, "stale"),
        group=GROUP,
        query=f"time() - max by (instance) ({started}) or time() * absent({started})",
        threshold=Decimal(allowed),
        text=format_duration(allowed),
        unit="seconds",
        for_seconds=made.every_seconds,
        severity="warning",
        summary=f"Nobody asks how {made.service.title} is",
        description=f"The job `{made.job}` has not run for {MISSED_RUNS} times its interval of"
        f" {format_duration(made.every_seconds)}, or nothing is heard of it",
        impact=f"When {', '.join(checks)} fails, nobody is told",
        steps=(
            f"Look whether the host and its {by_hand.starter} are there: `{by_hand.see_starter}`",
            f"Make the checks by hand: `{by_hand.run}`",
        ),
        queries={"When it last ran": started},
    )
