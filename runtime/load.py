"""Read a plan: a file enters, the validated `Plan` leaves.

A plan is validated once. That it was is noted in the state folder under the plan's digest, and who
reads it again takes it as it is, without what validates.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from typing import TYPE_CHECKING, Final

import runtime
from runtime.errors import PlanError

if TYPE_CHECKING:
    from runtime.contract.plan import Job, Plan

LIMIT_BYTES: Final = 256 * 2**20
"""Largest plan that is read."""

FOLDER: Final = "plans"
"""Folder of the state folder that has an empty file for each plan that was found valid."""


def load_plan(path: str, state: str | None = None) -> Plan:
    """Given the path of a plan, return it. Raise `PlanError` when it cannot be trusted.

    `state` is the folder where it is noted that the plan is valid; None means to validate anew.
    """
    content = _read(path)
    if state is None:
        return _validated(content, path)
    note = os.path.join(state, FOLDER, _digest(content))
    if os.path.exists(note):
        from runtime.contract.plan import Plan
        from runtime.restore import restored

        return restored(Plan, json.loads(content))
    plan = _validated(content, path)
    _note(note)
    return plan


def find_job(plan: Plan, asked: str, file: str) -> tuple[str, Job]:
    """Given a job's name, or ``service/name``, return its key and the job.

    Raise `PlanError` when there is none, with the nearest, or when several services have one.
    """
    if asked in plan.jobs:
        return asked, plan.jobs[asked]
    found = [key for key, job in plan.jobs.items() if job.name == asked]
    if len(found) == 1:
        return found[0], plan.jobs[found[0]]
    if found:
        keys = ", ".join(f"`{key}`" for key in sorted(found))
        raise PlanError(f"`{asked}` is a job of several services: write one of {keys}")
    raise PlanError(f"{file} has no job `{asked}`{_did_you_mean(plan, asked)}")


def _did_you_mean(plan: Plan, asked: str) -> str:
    from difflib import get_close_matches

    names = {name: key for key, job in plan.jobs.items() for name in (job.name, key)}
    near = get_close_matches(asked, names, n=1)
    if near:
        return f"; did you mean `{near[0]}`?"
    return "; `opsrun list` shows what there is" if plan.jobs else "; it has no jobs at all"


def _validated(content: str, path: str) -> Plan:
    from runtime.validation import read_plan

    return read_plan(content, path)


def _digest(content: str) -> str:
    """Return what a valid plan is known by: what it says, and who found it valid."""
    return hashlib.sha256(f"{runtime.VERSION}\n{content}".encode()).hexdigest()


def _note(path: str) -> None:
    """Note that a plan is valid; where that cannot be noted it is validated again.

    No state folder is made for it, and nothing is left in another user's.
    """
    with contextlib.suppress(OSError):
        if os.stat(os.path.dirname(os.path.dirname(path))).st_uid != os.geteuid():
            return
        if not os.path.isdir(os.path.dirname(path)):
            os.mkdir(os.path.dirname(path), 0o700)
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600))


def _read(path: str) -> str:
    try:
        with open(path, "rb") as file:
            content = file.read(LIMIT_BYTES + 1)
    except OSError as error:
        raise PlanError(f"{path}: the plan cannot be read: {error.strerror}") from None
    if len(content) > LIMIT_BYTES:
        raise PlanError(f"{path}: the plan is larger than {LIMIT_BYTES // 2**20} MiB")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise PlanError(f"{path}: the plan is not UTF-8: {error.reason}") from None
