"""Change a host: a survey enters, its changes are made. Whenever it is cut off, a rerun ends it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runtime.errors import InstallError
from runtime.install.disk import temporary
from runtime.install.state import STATE_FILE, write_state
from runtime.install.survey import survey

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runtime.install.disk import Disk
    from runtime.install.layout import Placed
    from runtime.install.survey import Survey


def carry_out(disk: Disk, wanted: Sequence[Placed], agreed: Survey) -> None:
    """Given the files that a host is to have, and what was agreed to be done, do it.

    What is about to be written is listed as ours before, beside what is there, and what was removed
    is struck from the list after: no file of ours is ever taken for somebody else's.

    Raise `InstallError` when the host is no longer as it was when that was agreed.
    """
    if survey(disk, wanted) != agreed:
        raise InstallError("the host was changed meanwhile: start again")
    _sweep(disk, agreed)
    if agreed.changes:
        write_state(disk, _both(agreed))
    for change in agreed.changes:
        if change.placed is None:
            disk.remove(change.path)
        else:
            disk.replace(change.path, change.placed.content, change.placed.mode)
    if agreed.changes or agreed.known != agreed.coming:
        write_state(disk, agreed.coming)


def _both(agreed: Survey) -> dict[str, tuple[str, ...]]:
    """Return what may be ours while changes are made: the digests before, and those after."""
    known, coming = agreed.known, agreed.coming
    return {
        path: tuple(dict.fromkeys((*known.get(path, ()), *coming.get(path, ()))))
        for path in known.keys() | coming.keys()
    }


def _sweep(disk: Disk, agreed: Survey) -> None:
    """Remove what a run that was cut off left beside the places."""
    for path in (STATE_FILE, *(agreed.known.keys() | agreed.coming.keys())):
        if disk.obstacle(path) is None:
            disk.unlink(temporary(path))
