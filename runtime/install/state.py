"""``/etc/opsrun/installed.json``: what installs have written on a host, by path, with digests."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from runtime.errors import InstallError
from runtime.install.layout import MODE, is_place

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runtime.install.disk import Disk

STATE_FILE: Final = "/etc/opsrun/installed.json"

Known = dict[str, tuple[str, ...]]
"""Digests that a file of ours may have, by its path: two while it is being replaced."""


def read_state(disk: Disk) -> Known:
    """Return what is known to be ours; nothing on a host where nothing was installed.

    Raise `InstallError` when the list cannot be trusted.
    """
    found = disk.find(STATE_FILE)
    if found is None:
        return {}
    place = disk.place(STATE_FILE)
    if found.obstacle is not None:
        raise InstallError(f"{found.obstacle}: no link is followed")
    try:
        raw: Any = json.loads(disk.read(STATE_FILE))
        files = {str(path): tuple(map(str, known)) for path, known in raw["files"].items()}
        is_fine = raw["form"] == 1 and all(map(is_place, files))
    except (ValueError, KeyError, TypeError, AttributeError):
        is_fine = False
    if not is_fine:
        raise InstallError(
            f"{place} is not a list that opsrun wrote: move it away, and what it named with it;"
            " then install again"
        )
    return files


def write_state(disk: Disk, known: Mapping[str, tuple[str, ...]]) -> None:
    """Write what is ours."""
    said = {"form": 1, "files": {path: list(known[path]) for path in sorted(known)}}
    disk.replace(STATE_FILE, f"{json.dumps(said, indent=2)}\n".encode(), MODE)
