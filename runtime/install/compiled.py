"""A folder ``generated/<environment>``, held against its manifest: a path enters, bytes leave.

What is checked is what is installed: every file is read once.
"""

from __future__ import annotations

import hashlib
import json
import os
from typing import TYPE_CHECKING, Any, Final

from runtime.contract.frozen import Frozen, frozen
from runtime.errors import InstallError, PlanError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runtime.contract.plan import Plan

MANIFEST: Final = "manifest.json"
PLAN: Final = "jobs/plan.json"
INSTALLED: Final = ("jobs/", "systemd/", "cron/")
"""Folders of what is for hosts; what is below others is held against its digest all the same."""


@frozen
class Compiled(Frozen):
    """What was compiled for an environment: what is for hosts, by its path below the folder."""

    contents: Mapping[str, bytes]
    plan: Plan | None
    """The jobs; None where the environment has none."""


def digest(content: bytes) -> str:
    """Given a file's content, return its digest as manifests hold it."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def read_compiled(folder: str) -> Compiled:
    """Given a compiled folder, return what of it is for hosts.

    Raise `PlanError` when it is none, or not whole, and `InstallError` when a file of it was
    changed after it was compiled.
    """
    contents: dict[str, bytes] = {}
    for path, known in _manifest(folder).items():
        content = _content(folder, path)
        if digest(content) != known:
            raise InstallError(
                f"{os.path.join(folder, path)} is not what opsc wrote: change the spec and"
                " compile again, or get the folder anew"
            )
        if path.startswith(INSTALLED):
            contents[path] = content
    return Compiled(contents=contents, plan=_plan(folder, contents.get(PLAN)))


def _manifest(folder: str) -> dict[str, str]:
    """Return the digests by path, every one of which stays in the folder."""
    path = os.path.join(folder, MANIFEST)
    try:
        raw: Any = json.loads(_content(folder, MANIFEST))
    except ValueError:
        raw = None
    found = raw.get("artifacts") if isinstance(raw, dict) else None
    if not isinstance(found, dict) or not all(isinstance(one, str) for one in found.values()):
        raise PlanError(f"{path} is no manifest of opsc's: compile again")
    for name in found:
        if not _is_inside(name):
            raise PlanError(f"{path} names `{name}`, which is not in its folder")
    return found


def _is_inside(path: str) -> bool:
    """Return whether a listed path is plain and stays in its folder."""
    return "\0" not in path and not {"", ".", ".."} & set(path.split("/"))


def _content(folder: str, path: str) -> bytes:
    """Return a file's content; no link is followed below the folder."""
    place = folder
    for part in path.split("/"):
        place = os.path.join(place, part)
        if os.path.islink(place):
            raise PlanError(f"{place} is a link: opsc writes none")
    try:
        with open(place, "rb") as file:
            return file.read()
    except (FileNotFoundError, NotADirectoryError):
        raise PlanError(
            f"{place} is missing: `{folder}` is not, or not wholly, a folder"
            " `generated/<environment>` that `opsc compile` wrote"
        ) from None
    except (OSError, UnicodeEncodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "its name is not UTF-8"
        raise PlanError(f"{place} cannot be read: {reason}") from None


def _plan(folder: str, content: bytes | None) -> Plan | None:
    if content is None:
        return None
    from runtime.validation import read_plan

    path = os.path.join(folder, PLAN)
    try:
        return read_plan(content.decode(), path)
    except UnicodeDecodeError as error:
        raise PlanError(f"{path}: the plan is not UTF-8: {error.reason}") from None
