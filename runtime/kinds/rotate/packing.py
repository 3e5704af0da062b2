"""Pack a rotated file with gzip once nobody writes to it any more."""

from __future__ import annotations

import fcntl
import gzip
import os
from typing import TYPE_CHECKING, Final

from runtime.kinds.opened import leased
from runtime.kinds.rotate.disk import CHUNK_BYTES, READ, chunks, making, opened, remove, rename
from runtime.kinds.rotate.names import part_of

if TYPE_CHECKING:
    from runtime.kinds.opened import Lease, Opened
    from runtime.kinds.rotate.names import Rotated
    from runtime.kinds.walk import Found

QUIET_SECONDS: Final = 3600
"""How long a file that nobody can tell about was not written to when it counts as finished."""

LEVEL: Final = 6


def is_written(folder: int, found: Found, others: Opened, now_seconds: float) -> bool:
    """Whether somebody may still write to a rotated file.

    The kernel says it to the owner of the file; else /proc, if it hides nobody; else the time since
    the last write.
    """
    name = found.parts[-1]
    with opened(folder, name, READ) as file, leased(file, fcntl.F_RDLCK) as lease:
        if lease.is_free is not None:
            return not lease.is_free
    if (found.status.st_dev, found.status.st_ino) in others.written:
        return True
    return bool(others.hidden) and now_seconds - found.status.st_mtime < QUIET_SECONDS


def pack(folder: int, source: Rotated, found: Found) -> int | None:
    """Pack a rotated file and remove it; return the bytes that the packed one has.

    None, and nothing is changed, when somebody opened it for writing meanwhile, or wrote to it. A
    packed file that a killed run left beside it is replaced.
    """
    target = source.packed.name
    with (
        opened(folder, source.name, READ) as file,
        leased(file, fcntl.F_RDLCK) as lease,
        making(folder, target, found.status) as made,
    ):
        _write_packed(file, made)
        os.utime(made, ns=(found.status.st_atime_ns, found.status.st_mtime_ns))
        os.fsync(made)
        rename(folder, part_of(target), target)
        if not _is_unchanged(file, found, lease):
            remove(folder, target)
            return None
        remove(folder, source.name)
        return os.fstat(made).st_size


def _write_packed(file: int, made: int) -> None:
    with (
        os.fdopen(os.dup(made), "wb", buffering=CHUNK_BYTES) as raw,
        # Without name and time, the same content has the same bytes.
        gzip.GzipFile(filename="", mode="wb", compresslevel=LEVEL, fileobj=raw, mtime=0) as packed,
    ):
        for chunk in chunks(file, 0, os.fstat(file).st_size):
            packed.write(chunk)


def _is_unchanged(file: int, found: Found, lease: Lease) -> bool:
    status = os.fstat(file)
    is_same = found.is_as(status) and status.st_size == found.status.st_size
    return is_same and (lease.is_free is None or (lease.is_free and lease.is_kept))
