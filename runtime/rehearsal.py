"""A dry run: each step says what it would do, and nothing is recorded."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from runtime.child import Child, step_environment
from runtime.ran import Ran, verdict

if TYPE_CHECKING:
    from runtime.contract.plan import Job
    from runtime.journal.record import StepEnd
    from runtime.ran import Watch
    from runtime.stop import StopRequest


def dry_run(
    job: Job, folder: str, watch: Watch, stop: StopRequest, *, state: str = "", plan: str = ""
) -> Ran:
    """Have each step say what it would do; `folder` takes the output. Nothing is recorded.

    `state` and `plan` are the paths of a run that would be one.
    """
    ends: dict[str, StepEnd] = {}
    outputs: dict[str, str] = {}
    environment = step_environment(f"dry-run:{os.getpid()}")
    for name, step in job.steps.items():
        output = os.path.join(folder, f"{name}.log")
        child = Child(
            environment=environment,
            output=output,
            stop=stop,
            steps=job.steps.values(),
            dry_run=True,
            state=state,
            plan=plan,
        )
        end = child.run(
            step, timeout_seconds=job.timeout_seconds, grace_seconds=job.stop_grace_seconds
        )
        watch.ended(name, end, output)
        ends[name], outputs[name] = end, output
        if stop.received is not None:
            break
    _, exit_code, reason = verdict(ends)
    return Ran(exit_code=exit_code, reason=reason, steps=ends, outputs=outputs)
