"""The ConfigMap of the plan: named after its content, so that no run sees another plan's half.

Pods of an older plan keep the ConfigMap that they began with; those of the next run name the new.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from compiler.artifact.artifact import Artifact
from compiler.artifact.job_plan import write_job_plan
from compiler.emit.package.kubernetes.manifest import around, head
from compiler.targets.opsrun import PLAN_FILE

if TYPE_CHECKING:
    from compiler.lower.plan import Plan

FOLDER, _, KEY = PLAN_FILE.rpartition("/")
DIGITS: Final = 10


def plan_map(plan: Plan) -> tuple[str, Artifact]:
    """Given the plan of a cluster's jobs, return the ConfigMap's name, and its manifest."""
    text, origins = write_job_plan(plan)
    name = f"opsrun-plan-{hashlib.sha256(text.encode()).hexdigest()[:DIGITS]}"
    inner = Artifact(path="", text=text, origins=origins)
    data = head("ConfigMap", "v1", name) | {"immutable": True, "data": {KEY: text}}
    return name, around("plan", data, inner, plan)
