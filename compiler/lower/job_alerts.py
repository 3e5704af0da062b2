"""Alerts that follow from a job: it failed, it was missed, it started late, it ran too long.

Each asks another metric, and its threshold is the job's own schedule and `expect`. They are made
where Prometheus reads what opsrun writes: through a node exporter, on every host of the job.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from compiler.lower.derived_alerts import DerivedAlert, alert_name, derived_alert
from compiler.lower.remedies import Remedies, remedies
from runtime.contract.units import format_duration
from runtime.schedule import longest_gap_seconds

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from compiler.lower.plan import AlertPlan, JobPlan, ScrapePlan
    from compiler.model.service import Service
    from compiler.model.site import Site
    from compiler.model.stack import Stack

GROUP: Final = "jobs"
"""Name of the alerts' group."""

CARRIERS: Final = ("node_exporter", "opsrun")
"""What a scrape job exposes that brings the metrics of jobs."""

SETTLING_SECONDS: Final = 60
"""How long a bad value must stand, so that a scrape between two runs tells nobody."""


LOST: Final = {
    "failed": "Not done",
    "missed": "Not done",
    "started late": "Later than planned",
    "ran too long": "Later than planned",
}
"""What an alert means for the job's work."""


def are_scraped(scrapes: Iterable[ScrapePlan], stack: Stack) -> bool:
    """Given the scrapes and the stack, return whether what opsrun says of its jobs is heard."""
    if stack.kubernetes is not None and stack.kubernetes.pushgateway is not None:
        return True
    return any(scrape.entry.exposes in CARRIERS for scrape in scrapes)


def job_alerts(site: Site, jobs: Iterable[JobPlan]) -> Iterator[AlertPlan]:
    """Given a site and its jobs, yield the alerts that follow from the jobs."""
    members = {service.name: (member, service) for member, service in site.services}
    for job in jobs:
        if not job.entry.alerts:
            continue
        member, service = members[job.service]
        for said in (_failed, _missed, _started_late, _ran_too_long):
            derived = said(job, service)
            plan = None if derived is None else derived_alert(site, member, service, derived)
            if plan is not None:
                yield plan


def _metric(job: JobPlan, name: str) -> str:
    return f'opsrun_job_{name}{{service="{job.service}",job_name="{job.name}"}}'


def _latest(job: JobPlan, query: str) -> str:
    """Return the value of each host; where one runs for all, of the host that did so last."""
    if job.contract.runs != "one":
        return f"max by (instance) ({query})"
    start = _metric(job, "last_start_timestamp_seconds")
    return f"max(({query}) and on (instance) ({start} == scalar(max({start}))))"


def _furthest(job: JobPlan, query: str) -> str:
    """Return the value of each host; where one runs for all, the largest."""
    return f"max({query})" if job.contract.runs == "one" else f"max by (instance) ({query})"


def _on(job: JobPlan) -> str:
    return "" if job.contract.runs == "one" else " on {{ $labels.instance }}"


def _made(  # what differs between the four
    job: JobPlan,
    service: Service,
    word: str,
    *,
    query: str,
    threshold: float,
    said: str,
    description: str,
    step: str,
) -> DerivedAlert:
    is_code = word == "failed"
    by_hand = _remedies(job)
    text = None if is_code else format_duration(threshold)
    return DerivedAlert(
        origin=job.origin,
        name=alert_name(service, job.name, *word.split()),
        group=GROUP,
        query=query,
        operator="not_equals" if is_code else "above",
        threshold=Decimal(str(threshold)),
        text=text,
        unit=None if is_code else "seconds",
        for_seconds=SETTLING_SECONDS,
        severity="warning",
        summary=f"Job {job.name} of {service.title} {said}{_on(job)}",
        description=description,
        impact=f"{LOST[word]}: {job.contract.description or job.name}",
        steps=(
            f"{by_hand.where}, see how it stands: `{by_hand.look}`",
            f"Read what it said: `{by_hand.read}`",
            step,
            f"To keep it from running meanwhile: `{by_hand.hold}`",
        ),
        queries={"When it last ended well": _metric(job, "last_success_timestamp_seconds")},
    )


def _remedies(job: JobPlan) -> Remedies:
    return remedies(job.scheduler, job.service, job.name)


def _failed(job: JobPlan, service: Service) -> DerivedAlert:
    return _made(
        job,
        service,
        "failed",
        query=_latest(job, _metric(job, "last_exit_code")),
        threshold=0,
        said="failed",
        description="The job's last run ended with the exit code {{ $value }}",
        step=f"When the cause is mended, run it again: `{_remedies(job).retry}`",
    )


def _missed(job: JobPlan, service: Service) -> DerivedAlert | None:
    gap = longest_gap_seconds(job.schedule, job.contract.time_zone)
    if gap is None:
        return None
    contract, starts = job.contract, _remedies(job)
    allowed = gap + contract.start_deadline_seconds + contract.jitter_seconds
    due = _furthest(job, f"{_metric(job, 'last_due_timestamp_seconds')} > 0")
    return _made(
        job,
        service,
        "missed",
        query=f"time() - {due}",
        threshold=allowed,
        said="was missed",
        description="The latest run that began was due {{ $value | humanizeDuration }} ago, and"
        f" no two are further apart than {format_duration(gap)}",
        step=f"See whether its {starts.starter} is on: `{starts.see_starter}`",
    )


def _started_late(job: JobPlan, service: Service) -> DerivedAlert | None:
    if job.schedule.form == "manual":
        return None
    allowed = job.contract.punctual_seconds
    return _made(
        job,
        service,
        "started late",
        query=_latest(job, _metric(job, "last_start_delay_seconds")),
        threshold=allowed,
        said="started late",
        description="The last run began {{ $value | humanizeDuration }} after it was due",
        step="See what it waited for: the host was off, or another job held what it takes",
    )


def _ran_too_long(job: JobPlan, service: Service) -> DerivedAlert | None:
    expected = job.contract.expect_seconds
    if not expected:
        return None
    running = f"{_metric(job, 'running')} == 1"
    now = f"(time() - {_metric(job, 'last_start_timestamp_seconds')}) * ({running})"
    query = _latest(job, f"{now} or {_metric(job, 'last_duration_seconds')}")
    return _made(
        job,
        service,
        "ran too long",
        query=query,
        threshold=expected,
        said="runs too long",
        description="It takes {{ $value | humanizeDuration }}, where"
        f" {format_duration(expected)} is usual",
        step=f"It is stopped after {format_duration(job.contract.timeout_seconds)} by itself",
    )
