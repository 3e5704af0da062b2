"""``jobs/plan.json``: what `opsrun` executes, in the form of the contract."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

import compiler
from compiler.artifact.artifact import Artifact
from compiler.artifact.json import write_json
from compiler.artifact.lines import Sourced
from runtime.contract.plan import MAJOR, MINOR, plan_form
from runtime.contract.plan import Plan as Contract

if TYPE_CHECKING:
    from compiler.lower.plan import Plan


def emit(plan: Plan) -> tuple[Artifact, ...]:
    """Given a plan, return the plan of its jobs; nothing when it has none."""
    if not plan.jobs:
        return ()
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
    text, lines = write_json(data)
    return (Artifact(path="jobs/plan.json", text=text, origins=lines),)
