"""What tells people of the ends of jobs: every minute, as the timer of a host does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from compiler.emit.package.kubernetes.workload import Workload
from compiler.lower.needs import delivery_needs
from compiler.targets.kubernetes import DELIVER, UTC_ZONE, CronJobSchedule
from compiler.targets.opsrun import DELIVERY_SECONDS, PLAN_FILE
from runtime.contract.plan import SETTLING_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.lower.plan import Plan


def deliver(plan: Plan) -> Iterator[Workload]:
    """Given the plan of a cluster's jobs, yield what tells people; nothing without channels."""
    if not plan.channels:
        return
    yield Workload(
        origin=None if plan.routing is None else plan.routing.origin,
        name=DELIVER,
        service=None,
        description="Tells people how jobs of opsrun have ended",
        arguments=("deliver", "--plan", PLAN_FILE, "--state", plan.stack.opsrun.state),
        schedule=CronJobSchedule(schedule="* * * * *", time_zone=UTC_ZONE),
        start_deadline_seconds=60,
        longest_seconds=DELIVERY_SECONDS,
        grace_seconds=SETTLING_SECONDS,
        need=delivery_needs(plan.channels),
        secret=DELIVER,
        host=plan.jobs[0].hosts[0],
    )
