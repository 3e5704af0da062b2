"""Who has a file open: the kernel says it through a lease, and /proc where it can be read.

A lease is given to the owner of a file alone (or with CAP_LEASE), and not by every file system;
/proc shows the processes of the same user, or all of them to root. Neither alone is the whole.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

Identity: TypeAlias = "tuple[int, int]"
"""Device and inode."""

PROC: Final = "/proc"


@dataclass(slots=True)
class Opened:
    """What processes have open as far as /proc shows; `hidden` counts those it does not show.

    Where it leaves out other users' processes altogether, that counts as one.
    """

    all: set[Identity] = field(default_factory=set)
    written: set[Identity] = field(default_factory=set)
    hidden: int = 0

    @classmethod
    def now(cls) -> Opened:
        """Return what is open at this moment, but for what this process has."""
        found = cls()
        own, names = os.getpid(), os.listdir(PROC)
        if "1" not in names:
            found.hidden += 1
        for name in names:
            if name.isdigit() and int(name) != own:
                found._look_at(f"{PROC}/{name}")
        return found

    def _look_at(self, process: str) -> None:
        try:
            descriptors = os.listdir(f"{process}/fd")
        except FileNotFoundError:
            return
        except OSError:
            self.hidden += 1
            return
        for name in ("cwd", "root", "exe"):
            self._note(f"{process}/{name}")
        for number in descriptors:
            identity = self._note(f"{process}/fd/{number}")
            if identity is not None and _is_written(f"{process}/fdinfo/{number}"):
                self.written.add(identity)
        self._note_maps(f"{process}/maps")

    def _note(self, link: str) -> Identity | None:
        with contextlib.suppress(OSError):
            status = os.stat(link)
            identity = (status.st_dev, status.st_ino)
            self.all.add(identity)
            return identity
        return None

    def _note_maps(self, path: str) -> None:
        """Note what is mapped: a file may be closed and still be used so."""
        with contextlib.suppress(OSError), open(path, "rb") as file:
            for line in file:
                _, mode, _, device, inode, *_ = line.split()
                major, _, minor = device.partition(b":")
                identity = (os.makedev(int(major, 16), int(minor, 16)), int(inode))
                self.all.add(identity)
                if mode[1:2] == b"w" and mode[3:4] == b"s":
                    self.written.add(identity)


def _is_written(path: str) -> bool:
    """Whether a descriptor, by its fdinfo, is open for writing."""
    with contextlib.suppress(OSError), open(path, "rb") as file:
        for line in file:
            if line.startswith(b"flags:"):
                return int(line.split()[1], 8) & os.O_ACCMODE != os.O_RDONLY
    return False


class Lease:
    """A lease on an open file: whether others have it open; None when that cannot be told.

    `is_free` is about writers alone for `F_RDLCK`, about anybody for `F_WRLCK`. While it is held,
    whoever opens the file so waits; `is_kept` tells, at the end, that nobody did.
    """

    def __init__(self, descriptor: int, kind: int) -> None:
        self._descriptor = descriptor
        self._kind = kind
        self.is_free: bool | None = None

    @property
    def is_kept(self) -> bool:
        """Whether it is still held, and nobody waits for it to end."""
        return fcntl.fcntl(self._descriptor, fcntl.F_GETLEASE) == self._kind

    def take(self) -> None:
        """Ask for it."""
        try:
            fcntl.fcntl(self._descriptor, fcntl.F_SETLEASE, self._kind)
            self.is_free = True
        except BlockingIOError:
            self.is_free = False
        except OSError:
            self.is_free = None

    def give_back(self) -> None:
        """Let those go on who wait for it."""
        if self.is_free:
            with contextlib.suppress(OSError):
                fcntl.fcntl(self._descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)


@contextlib.contextmanager
def leased(descriptor: int, kind: int) -> Iterator[Lease]:
    """Ask for a lease on a file that is open for reading, until the block ends."""
    # Whoever opens the file meanwhile has the kernel send a signal that would end this process.
    before = signal.signal(signal.SIGIO, signal.SIG_IGN)
    lease = Lease(descriptor, kind)
    lease.take()
    try:
        yield lease
    finally:
        lease.give_back()
        signal.signal(signal.SIGIO, before)


def is_locked(descriptor: int) -> bool:
    """Whether somebody holds a lock (flock) on an open file or folder: a sign to leave it alone."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    fcntl.flock(descriptor, fcntl.LOCK_UN)
    return False
