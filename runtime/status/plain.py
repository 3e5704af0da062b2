"""The same for programs: a status and the jobs that were asked for enter, JSON data leave; pure.

Keys are stable, instants are UTC text, durations are seconds, shares are fractions of one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runtime.clock import short
from runtime.status.choice import numbers_of
from runtime.status.reading import Detail

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from runtime.collector.judge import HostStatus
    from runtime.journal.outbox_view import Entry
    from runtime.journal.overview import Ran
    from runtime.journal.record import Hold, StepRecord
    from runtime.status.choice import Chosen
    from runtime.status.health import CheckStatus, Overall
    from runtime.status.job import JobStatus
    from runtime.status.status import Status


def plain(status: Status, page: Chosen, details: Mapping[str, Detail]) -> dict[str, Any]:
    """Given how all stands, one page of jobs and their details, return it as JSON data."""
    return {
        "at": short(status.at),
        "environment": status.environment,
        "host_name": status.host_name,
        "health": plain_health(status.health),
        "counts": dict(sorted(status.counts.items())),
        "numbers": numbers_of(status),
        "missed": status.missed,
        "holds": [_hold(hold) for hold in status.holds],
        "outbox": {
            "channels": {
                name: {
                    "waiting": one.waiting,
                    "oldest_at": _short(one.oldest_at),
                    "delivered": one.delivered,
                    "given_up": one.given_up,
                }
                for name, one in status.channels.items()
            },
            "undelivered": [_entry(one) for one in status.undelivered],
        },
        "found": page.found,
        "page": page.choice.page,
        "pages": page.pages,
        "jobs": plain_jobs(page, details),
    }


def plain_jobs(page: Chosen, details: Mapping[str, Detail]) -> list[dict[str, Any]]:
    """Given jobs and their details, return them as JSON data."""
    return [_job(job, details.get(job.key, Detail())) for job in page.jobs]


def plain_health(health: Overall) -> dict[str, Any]:
    """Given how all is, return it as JSON data: the whole, each check, the host, opsrun itself."""
    return {
        "status": health.status,
        "checks": [_check(check) for check in health.checks],
        "host": None if health.host is None else _host(health.host),
        "serve": {
            name: {"status": part.status, "message": part.message}
            for name, part in health.parts.items()
        },
    }


def _check(check: CheckStatus) -> dict[str, Any]:
    return {
        "service": check.service,
        "job": check.job,
        "check": check.name,
        "status": check.status,
        "message": check.message,
        "at": _short(check.at),
        "optional": check.is_optional,
        "response_seconds": check.response_seconds,
        "version": check.version,
        "values": dict(check.values),
    }


def _host(host: HostStatus) -> dict[str, Any]:
    return {
        "status": host.state,
        "at": _short(host.at),
        "measures": [
            {
                "measure": one.name,
                "status": one.state,
                "value": one.value,
                "degraded": one.degraded,
                "unhealthy": one.unhealthy,
            }
            for one in host.measures
        ],
        "failures": {} if host.sample is None else dict(host.sample.failures),
    }


def _job(job: JobStatus, detail: Detail) -> dict[str, Any]:
    standing, last = detail.standing, detail.last
    steps = last.attempts[-1].steps if last is not None and last.attempts else ()
    return {
        "job": job.key,
        "description": job.job.description,
        "schedule": job.job.schedule,
        "time_zone": job.job.time_zone,
        "state": job.state,
        "since": _short(job.since),
        "next_due_at": _short(job.next_due_at),
        "hold": None if job.hold is None else _hold(job.hold),
        "due_at": None if last is None else short(last.due_at),
        "manual": None if last is None else last.manual,
        "started_at": _short(None if standing is None else standing.started_at),
        "ended_at": _short(None if standing is None else standing.ended_at),
        "success_at": _short(None if standing is None else standing.success_at),
        "duration_seconds": None if standing is None else standing.duration_seconds,
        "exit_code": None if standing is None else standing.exit_code,
        "reason": "" if last is None else last.reason,
        "attempt": last.attempts[-1].number if last is not None and last.attempts else None,
        "steps": [_step(step) for step in steps],
        "course": [_ran(one) for one in detail.course],
        "counters": dict(sorted(detail.counters.items())),
    }


def _hold(hold: Hold) -> dict[str, Any]:
    return {
        "job": hold.job,
        "since": short(hold.since),
        "until": _short(hold.until),
        "reason": hold.reason,
        "by": hold.held_by,
    }


def _entry(entry: Entry) -> dict[str, Any]:
    return {
        "channel": entry.channel,
        "state": entry.state,
        "notices": entry.notices,
        "jobs": list(entry.jobs),
        "since": short(entry.since),
        "attempts": entry.attempts,
        "next_attempt_at": _short(entry.next_attempt_at),
        "last_error": entry.last_error,
    }


def _step(step: StepRecord) -> dict[str, Any]:
    return {
        "step": step.name,
        "outcome": step.outcome,
        "exit_code": step.exit_code,
        "duration_seconds": step.duration_seconds,
        "summary": step.summary,
    }


def _ran(one: Ran) -> dict[str, Any]:
    return {
        "due_at": short(one.due_at),
        "manual": one.manual,
        "outcome": one.outcome,
        "duration_seconds": one.duration_seconds,
    }


def _short(instant: datetime | None) -> str | None:
    return None if instant is None else short(instant)
