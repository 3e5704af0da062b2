"""What is to be done on a host: what goes there and what stands there enter, changes leave."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from runtime.contract.frozen import Frozen, frozen
from runtime.errors import InstallError
from runtime.install.compiled import digest
from runtime.install.layout import PLAN_FILE, is_starter, rank
from runtime.install.state import Known, read_state

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runtime.install.disk import Disk, Found
    from runtime.install.layout import Placed


@frozen
class Change(Frozen):
    """One file that is added, replaced or removed."""

    action: Literal["add", "replace", "remove"]
    path: str
    placed: Placed | None = None
    """What comes there; None where a file goes."""


@frozen
class Survey(Frozen):
    """What an install would do, in order."""

    changes: tuple[Change, ...]
    left: tuple[str, ...]
    """What was ours, is no longer compiled, and stays since somebody edited it."""
    known: Known
    """What is ours now."""
    coming: Known
    """What is ours when all is done."""

    @property
    def asks(self) -> bool:
        """Whether something that is there goes, or becomes something else."""
        return any(change.action != "add" for change in self.changes)

    def paths(self, *actions: str) -> list[str]:
        """Return the places where that is done."""
        return [change.path for change in self.changes if change.action in actions]


def survey(disk: Disk, wanted: Sequence[Placed]) -> Survey:
    """Given the files that a host is to have, return what is to be done.

    Raise `InstallError` when something stands in the way that no install wrote, or a link.
    """
    known = read_state(disk)
    changes = []
    for placed in wanted:
        action = _action(placed, disk, known)
        if action is not None:
            changes.append(Change(action=action, path=placed.path, placed=placed))
    coming: Known = {placed.path: (digest(placed.content),) for placed in wanted}
    left = []
    for path in sorted(known.keys() - coming.keys()):
        found = disk.find(path)
        if found is None:
            continue
        if found.digest in known[path]:
            changes.append(Change(action="remove", path=path))
        else:
            left.append(path)
            coming[path] = known[path]
    return Survey(
        changes=tuple(sorted(changes, key=_turn)), left=tuple(left), known=known, coming=coming
    )


def _action(placed: Placed, disk: Disk, known: Known) -> Literal["add", "replace"] | None:
    found = disk.find(placed.path)
    if found is None:
        return "add"
    if found.digest == digest(placed.content):
        return None if found.mode == placed.mode else "replace"
    if found.digest in known.get(placed.path, ()):
        return "replace"
    raise InstallError(_in_the_way(placed, disk, found, is_ours=placed.path in known))


def _in_the_way(placed: Placed, disk: Disk, found: Found, *, is_ours: bool) -> str:
    place = disk.place(placed.path)
    if found.obstacle is not None:
        return f"{found.obstacle}, where {placed.source} belongs: move it away, then install again"
    if not is_ours:
        return (
            f"{place} is in the way and not of opsrun's making:"
            " look whose it is and move it away, then install again"
        )
    drop_in = (
        "; what systemd is to do otherwise belongs in a drop-in, `systemctl edit`"
        if placed.source.startswith("systemd/")
        else ""
    )
    return f"{place} was edited since it was installed: move it away, then install again{drop_in}"


def _turn(change: Change) -> tuple[int, int, str]:
    """Return when a change is made, so that a host that goes down meanwhile still works.

    First goes what would start a job that is no more; then comes the plan, what it calls for, and
    what starts that. What is left over goes last, the plan at the very end.
    """
    if change.action != "remove":
        return (1, rank(change.path), change.path)
    if is_starter(change.path):
        return (0, 0, change.path)
    return (2, change.path == PLAN_FILE, change.path)
