"""`temp.clean`: delete temporary files that are old and that nobody uses.

Files and links go; a link is the link itself and never what it shows. Sockets, pipes and devices
stay, and so does what a process has open, mapped, locked or works in. Where the system does not
tell who has a file open (it is another user's, and so are processes that cannot be looked into),
its age alone decides.
"""

from __future__ import annotations

import fcntl
import os
import stat
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from runtime.contract.frozen import Frozen, frozen
from runtime.contract.units import format_duration
from runtime.errors import Exit, UnsafePathError
from runtime.kinds.glob import matcher
from runtime.kinds.opened import Opened, is_locked, leased
from runtime.kinds.removal import Removal, Tally
from runtime.kinds.result import Result
from runtime.kinds.root import open_roots
from runtime.kinds.walk import FOLDER, Walk

if TYPE_CHECKING:
    from runtime.contract.files_expire import Place
    from runtime.contract.temp_clean import TempClean
    from runtime.kinds.result import Context
    from runtime.kinds.walk import Found, Parts


def carry_out(parameters: TempClean, context: Context) -> Result:
    """Delete what is old and unused; return the counts, and how much was left as in use.

    PARTLY when something that should go could not; FAILED when a root is unsafe, in which case
    nothing is deleted anywhere.
    """
    tally = Tally()
    kept = _Kept()
    try:
        with open_roots(parameters.places, context.say) as roots:
            opened = Opened.now()
            for place, descriptor in roots:
                walk = Walk.of(place.root, descriptor, context.say, tally.faults)
                _Cleaning(
                    parameters=parameters, walk=walk, context=context, opened=opened, kept=kept
                ).clean(place, tally)
    except UnsafePathError as error:
        context.say(str(error))
        return Result(exit_code=Exit.FAILED, summary=str(error))
    return tally.result(
        context,
        {"in_use": kept.in_use, "special": kept.special, "hidden_processes": opened.hidden},
    )


@dataclass(slots=True)
class _Kept:
    """How much that is old stays, since it is used or is no file."""

    in_use: int = 0
    special: int = 0


@frozen
class _Cleaning(Frozen):
    """One place being worked on.

    `old_folders` are those that were old before anything went, `locked` those that somebody locks:
    nothing below them is touched.
    """

    parameters: TempClean
    walk: Walk
    context: Context
    opened: Opened
    kept: _Kept
    old_folders: set[Parts] = field(default_factory=set)
    locked: set[Parts] = field(default_factory=set)

    def clean(self, place: Place, tally: Tally) -> None:
        """Delete the old files of a place, then the folders that it leaves empty."""
        now_seconds = self.context.clock.now().timestamp()
        limit_seconds = self.parameters.older_than_seconds
        matches = matcher(place.pattern)
        removal = Removal(
            walk=self.walk, tally=tally, context=self.context, limit=format_duration(limit_seconds)
        )
        gone: set[Parts] = set()
        for found in self.walk.everything():
            is_folder = stat.S_ISDIR(found.status.st_mode)
            if found.parts[:-1] in self.locked or (is_folder and self._is_held(found)):
                self.locked.add(found.parts)
                continue
            age_seconds = now_seconds - self._used_at(found.status)
            if age_seconds <= limit_seconds:
                continue
            if is_folder:
                self.old_folders.add(found.parts)
            elif matches(found.parts) and self._may_go(found):
                removal.delete(found, age_seconds)
                gone.add(found.parts)
        if self.parameters.remove_empty_folders:
            removal.remove_empty(gone if self.context.dry_run else set(), self._folder_may_go)

    def _used_at(self, status: os.stat_result) -> float:
        """Return the instant from which the age counts, in seconds."""
        times = [status.st_mtime_ns]
        # Looking for what is old reads folders: that is no use of them.
        if self.parameters.by != "modified" and not stat.S_ISDIR(status.st_mode):
            times.append(status.st_atime_ns)
        if self.parameters.by == "changed":
            times.append(status.st_ctime_ns)
        return max(times) / 1e9

    def _may_go(self, found: Found) -> bool:
        mode = found.status.st_mode
        if stat.S_ISLNK(mode):
            return True
        if not stat.S_ISREG(mode):
            self.kept.special += 1
            return False
        if self._is_open(found) or self._is_held(found):
            self.kept.in_use += 1
            self.context.say(f"{self.walk.path(found.parts)}: in use, left alone")
            return False
        return True

    def _folder_may_go(self, found: Found) -> bool:
        """Whether an empty folder may go: old, not shared, and nobody works in it."""
        is_shared = bool(found.status.st_mode & stat.S_ISVTX)
        return found.parts in self.old_folders and not is_shared and not self._is_open(found)

    def _is_open(self, found: Found) -> bool:
        return (found.status.st_dev, found.status.st_ino) in self.opened.all

    def _is_held(self, found: Found) -> bool:
        """Whether the kernel says that somebody has it open, or holds a lock on it.

        What this user may not open says nothing; whether it may be deleted shows then.
        """
        is_folder = stat.S_ISDIR(found.status.st_mode)
        flags = FOLDER if is_folder else os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        with self.walk.reached(found.parts) as folder:
            if folder is None:
                return False
            try:
                descriptor = os.open(found.parts[-1], flags, dir_fd=folder)
            except OSError:
                return False
            try:
                if is_locked(descriptor):
                    return True
                if is_folder:
                    return False
                with leased(descriptor, fcntl.F_WRLCK) as lease:
                    return lease.is_free is False
            finally:
                os.close(descriptor)
