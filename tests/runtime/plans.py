"""Plans for tests, in plan form."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from runtime.validation import read_plan

if TYPE_CHECKING:
    from pathlib import Path

    from runtime.contract.plan import Job, Plan


def expire(root: Path | str, **parameters: Any) -> dict[str, Any]:
    """Return a step that deletes what is older than a day below `root`."""
    written = {"places": [{"root": str(root)}], "older_than_seconds": 86_400, **parameters}
    return {"kind": "files.expire", "parameters": written}


def disk(path: Path | str) -> dict[str, Any]:
    """Return a step that looks at the disk of a folder and is content with anything."""
    check = {"path": str(path), "degraded_below_ratio": 0, "unhealthy_below_ratio": 0}
    return {"kind": "health.check", "parameters": {"checks": {"disk": {"storage": check}}}}


def command(*argv: str, **parameters: Any) -> dict[str, Any]:
    """Return a step that runs a program."""
    return {"kind": "command", "parameters": {"argv": list(argv), **parameters}}


def python(code: str, **parameters: Any) -> dict[str, Any]:
    """Return a step that runs Python code as a program."""
    return command(sys.executable, "-I", "-c", code, **parameters)


def ask(url: str, timeout_seconds: float = 5) -> dict[str, Any]:
    """Return a step that asks an endpoint."""
    check = {"http": {"url": url}, "timeout_seconds": timeout_seconds}
    return {"kind": "health.check", "parameters": {"checks": {"api": check}}}


def job(steps: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Return the job `tabular/tidy` with these steps."""
    return {
        "service": "tabular",
        "name": "tidy",
        "schedule": "daily at 02:00",
        "start_deadline_seconds": 86_400,
        "timeout_seconds": 60,
        "steps": steps,
        **fields,
    }


def plan(*jobs: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Return a plan of these jobs."""
    return {
        "major": 1,
        "minor": 0,
        "compiler": "0.1.0",
        "environment": "local",
        "jobs": {f"{one['service']}/{one['name']}": one for one in jobs},
        **fields,
    }


def loaded(*jobs: dict[str, Any], **fields: Any) -> Plan:
    """Return the plan of these jobs, through the plan door."""
    return read_plan(json.dumps(plan(*jobs, **fields)), "plan.json")


def loaded_job(steps: dict[str, Any], **fields: Any) -> Job:
    """Return the job `tabular/tidy` with these steps, through the plan door."""
    return loaded(job(steps, **fields)).jobs["tabular/tidy"]


def write(folder: Path, *jobs: dict[str, Any], **fields: Any) -> Path:
    """Write a plan of these jobs into a folder; return its path."""
    path = folder / "plan.json"
    path.write_text(json.dumps(plan(*jobs, **fields)))
    return path
