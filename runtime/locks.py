"""Locks on what jobs share on one host: the kernel's own, on files of the state folder.

The kernel lets go of them when the last process that has them open is gone, so that there is no
stale lock, whatever pid comes again. They are handed to the steps' processes and outlive a runner
that is killed. A lock's file says who took it last, for people only.
"""

from __future__ import annotations

import fcntl
import json
import os
from typing import TYPE_CHECKING, Final

from runtime.clock import short
from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

FOLDER: Final = "locks"
SERIES: Final = "series"
"""What the keys of series begin with, so that they are never those of resources."""


@frozen
class Holder(Frozen):
    """Who takes a lock."""

    job: str
    due_at: datetime
    pid: int


@frozen
class Busy(Frozen):
    """A lock is held by another run: the resource's key, and who said to hold it last."""

    key: str
    holder: str

    def __str__(self) -> str:
        """Return what is said of it."""
        return f"{self.key} is held" + (f" by {self.holder}" if self.holder else "")


class Locks:
    """The locks of one run, taken in sorted order; a context manager that lets go of them."""

    def __init__(self, state: str, modes: Mapping[str, str], series: str | None) -> None:
        """Name the locks: `modes` has ``shared`` or ``exclusive`` by resource."""
        wanted = dict(modes)
        if series is not None:
            wanted[f"{SERIES}/{series}"] = "exclusive"
        self.folder = os.path.join(state, FOLDER)
        self.wanted = sorted(wanted.items())
        self.descriptors: list[int] = []

    def __enter__(self) -> Locks:
        """Return itself; nothing is taken yet."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of everything that was taken, as far as this process is concerned."""
        self.release()

    def take(self, holder: Holder) -> Busy | None:
        """Take all of them or none, without waiting; return the first that is busy.

        Raise `OSError` when the folder of the locks cannot be used.
        """
        if self.wanted:
            os.makedirs(self.folder, mode=0o700, exist_ok=True)
        for key, mode in self.wanted:
            descriptor = _open(self.folder, key)
            self.descriptors.append(descriptor)
            how = fcntl.LOCK_EX if mode == "exclusive" else fcntl.LOCK_SH
            try:
                fcntl.flock(descriptor, how | fcntl.LOCK_NB)
            except BlockingIOError:
                busy = Busy(key=key, holder=_said(descriptor))
                self.release()
                return busy
            _say(descriptor, holder)
        return None

    def release(self) -> None:
        """Let go; a process that was handed the locks still has them."""
        while self.descriptors:
            os.close(self.descriptors.pop())


def _open(folder: str, key: str) -> int:
    # `/` stands in every key and in no name of a file; names themselves have no `%`.
    path = os.path.join(folder, key.replace("/", "%"))
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)


def _say(descriptor: int, holder: Holder) -> None:
    written = {"job": holder.job, "due_at": short(holder.due_at), "pid": holder.pid}
    content = json.dumps(written).encode()
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, content, 0)


def _said(descriptor: int) -> str:
    """Return who took a lock last; empty when its file does not say it."""
    try:
        written = json.loads(os.pread(descriptor, 4096, 0))
        return f"{written['job']}, due at {written['due_at']}, pid {written['pid']}"
    except (ValueError, KeyError, TypeError):
        return ""
