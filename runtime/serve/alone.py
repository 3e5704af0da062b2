"""One scheduler a state folder: the kernel's lock on a file that says who has it."""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from runtime.errors import RunError

if TYPE_CHECKING:
    from collections.abc import Iterator

FILE_NAME: Final = "serve.lock"


@contextmanager
def alone(state: str) -> Iterator[None]:
    """Hold a state folder's lock for a block. Raise `RunError` when another scheduler has it."""
    path = os.path.join(state, FILE_NAME)
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
    descriptor = os.open(path, flags, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            said = os.pread(descriptor, 100, 0).decode("ascii", "replace")
            raise RunError(f"another `opsrun serve` works in {state}, pid {said}") from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(descriptor)
