"""How all stands: a plan, what its journal says and the time enter, a `Status` leaves; pure."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from runtime.contract.frozen import Frozen, frozen
from runtime.status.health import Overall, checks_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from runtime.collector.judge import HostStatus
    from runtime.contract.plan import Plan
    from runtime.journal.outbox_view import Entry
    from runtime.journal.outbox_view import Standing as ChannelStanding
    from runtime.journal.record import Hold
    from runtime.status.health import Part
    from runtime.status.job import JobStatus, Moment


@frozen
class Status(Frozen):
    """How all jobs of a plan stand on one host at one moment.

    `jobs` has the most pressing first. `counts` are of jobs, by state; `pressing` need attention.
    """

    at: datetime
    environment: str
    host_name: str
    health: Overall
    jobs: tuple[JobStatus, ...]
    counts: Mapping[str, int]
    pressing: int
    holds: tuple[Hold, ...]
    missed: int
    channels: Mapping[str, ChannelStanding]
    undelivered: tuple[Entry, ...]


def status_of(
    plan: Plan,
    moment: Moment,
    *,
    host_name: str = "",
    host: HostStatus | None = None,
    parts: Mapping[str, Part] | None = None,
) -> Status:
    """Given a plan and what is known at a moment, return how all stands.

    `host_name` is what the page calls this host; `host` is how it is, where that is watched, and
    `parts` how the resident opsrun is that says all that.
    """
    jobs = moment.jobs()
    checks = checks_of(plan, moment.view.facts, moment.now)
    return Status(
        at=moment.now,
        environment=plan.environment,
        host_name=host_name,
        health=Overall(checks=checks, host=host, parts=parts or {}),
        jobs=jobs,
        counts=Counter(job.state for job in jobs),
        pressing=sum(job.is_pressing for job in jobs),
        holds=tuple(moment.view.holds.values()),
        missed=sum(job.missed for job in jobs),
        channels=moment.view.channels,
        undelivered=moment.view.undelivered,
    )
