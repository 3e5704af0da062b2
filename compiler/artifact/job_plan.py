"""The plan that `opsrun` executes, in the form of the contract: jobs, channels and windows."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

import compiler
from compiler.artifact.json import write_json
from compiler.artifact.lines import Sourced
from runtime.contract.plan import MAJOR, MINOR, plan_form
from runtime.contract.plan import Plan as Contract

if TYPE_CHECKING:
    from compiler.artifact.artifact import LineRange
    from compiler.lower.plan import Plan


def write_job_plan(plan: Plan) -> tuple[str, tuple[LineRange, ...]]:
    """Given a plan, return the document of its jobs, and which lines of it are whose."""
    contract = Contract(
        major=MAJOR,
        minor=MINOR,
        compiler=compiler.VERSION,
        environment=plan.environment,
        keep_seconds=plan.stack.opsrun.keep_seconds,
        serve=plan.stack.opsrun.serve,
        jobs={f"{job.service}/{job.name}": job.contract for job in plan.jobs},
        channels=plan.channels,
        windows=plan.windows,
        collector=plan.collector,
    )
    origins = {f"{job.service}/{job.name}": job.origin for job in plan.jobs}
    said = {field.name: getattr(contract, field.name) for field in fields(contract)}
    data = {name: value for name, value in said.items() if value is not None}
    data["jobs"] = {
        key: Sourced(plan_form(contract.jobs[key]), origins[key]) for key in sorted(contract.jobs)
    }
    data["channels"] = {name: plan_form(one) for name, one in contract.channels.items()}
    data["windows"] = [plan_form(window) for window in plan.windows]
    if plan.collector is not None:
        data["collector"] = plan_form(plan.collector)
    data["serve"] = plan_form(contract.serve)
    return write_json(data)
