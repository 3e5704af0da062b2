"""Which processes live that this one cannot see: those of other pods that share its state folder.

A process in a PID namespace of its own holds a lock on a file that bears its name, for as long as
it works on a run. The kernel lets go of it when the process is gone, wherever it was.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from typing import TYPE_CHECKING, Final

from runtime import lineage

if TYPE_CHECKING:
    from collections.abc import Callable

    from runtime.lineage import Process

FOLDER: Final = "processes"


class Presence:
    """Shows others that this process lives; a context manager. On a plain host it does nothing."""

    def __init__(self, state: str) -> None:
        """Name the file."""
        own = lineage.this_process()
        self.path = _path(state, own) if lineage.has_namespace(own) else None
        self.descriptor: int | None = None

    def __enter__(self) -> Presence:
        """Take the lock. Raise `OSError` when the folder cannot be written."""
        while self.path is not None and self.descriptor is None:
            os.makedirs(os.path.dirname(self.path), mode=0o700, exist_ok=True)
            descriptor = _open(self.path, os.O_CREAT)
            # Several runs of one process may hold it together.
            fcntl.flock(descriptor, fcntl.LOCK_SH)
            if _is_in_place(descriptor, self.path):
                self.descriptor = descriptor
            else:
                os.close(descriptor)
        return self

    def __exit__(self, *_: object) -> None:
        """Let go, and leave no file."""
        if self.path is not None and self.descriptor is not None:
            _remove(self.path, self.descriptor)
            os.close(self.descriptor)
            self.descriptor = None


def knows_living(state: str) -> Callable[[Process], bool]:
    """Given a state folder, return what tells whether a process lives, in this pod or another."""

    def is_alive(process: Process) -> bool:
        if lineage.is_visible(process):
            return lineage.is_alive(process)
        return _is_held(_path(state, process))

    return is_alive


def _path(state: str, process: Process) -> str:
    return os.path.join(state, FOLDER, f"{process.boot}-{process.pid}-{process.start_ticks}")


def _open(path: str, flags: int) -> int:
    return os.open(path, os.O_RDWR | flags | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)


def _is_held(path: str) -> bool:
    try:
        descriptor = _open(path, 0)
    except FileNotFoundError:
        return False
    try:
        # Who lives shares the lock; who only looks has it alone, and for a moment.
        while not _remove(path, descriptor):
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
                return _is_in_place(descriptor, path)
        return False
    finally:
        os.close(descriptor)


def _remove(path: str, descriptor: int) -> bool:
    """Remove a file that nobody else holds; return whether nobody does."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    if _is_in_place(descriptor, path):
        os.unlink(path)
    return True


def _is_in_place(descriptor: int, path: str) -> bool:
    """Whether the path still leads to an open file."""
    try:
        there = os.stat(path, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return os.path.samestat(there, os.fstat(descriptor))
