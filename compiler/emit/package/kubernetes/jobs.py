"""Jobs of a plan as what CronJobs run: the call that timers make, in a pod."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from compiler.emit.package.kubernetes.workload import Workload
from compiler.lower.needs import needs
from compiler.targets.kubernetes import (
    LEAST_START_DEADLINE_SECONDS,
    cron_job_name,
    cron_job_schedule,
    object_name,
)
from compiler.targets.opsrun import PLAN_FILE
from compiler.targets.refusal import Refusal
from runtime.contract.plan import SETTLING_SECONDS
from runtime.retry import longest_seconds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.lower.plan import JobPlan, Plan
    from compiler.model.cluster import Cluster


def jobs(plan: Plan, cluster: Cluster) -> Iterator[Workload]:
    """Given the plan of a cluster's jobs, yield what is run for each.

    A job whose schedule no CronJob can say is left out (a rule reports it).
    """
    for job in plan.jobs:
        schedule = cron_job_schedule(job.schedule, job.contract.time_zone)
        if isinstance(schedule, Refusal):
            continue
        contract = job.contract
        key = f"{job.service}/{job.name}"
        said = contract.description
        longest = longest_seconds(contract) + contract.jitter_seconds + SETTLING_SECONDS
        yield Workload(
            origin=job.origin,
            name=cron_job_name(job.service, job.name),
            service=job.service,
            description=f"{key}: {said}" if said else key,
            arguments=tuple(_arguments(job, plan)),
            schedule=schedule,
            start_deadline_seconds=max(
                math.ceil(contract.start_deadline_seconds), LEAST_START_DEADLINE_SECONDS
            ),
            longest_seconds=math.ceil(longest),
            grace_seconds=math.ceil(contract.stop_grace_seconds + SETTLING_SECONDS),
            need=needs(contract),
            secret=object_name("opsrun", job.service),
            host=job.hosts[0],
            is_measured=True,
        )


def _arguments(job: JobPlan, plan: Plan) -> Iterator[str]:
    yield "run"
    if job.schedule.form != "manual":
        # Which occurrence that is, opsrun knows by its schedule: a pod is not told by its CronJob.
        yield "--scheduled"
    if job.contract.jitter_seconds:
        yield "--wait-jitter"
    yield from ("--plan", PLAN_FILE, "--state", plan.stack.opsrun.state)
    yield f"{job.service}/{job.name}"
