"""A file system: space, inodes, and whether a folder on it can be written."""

from __future__ import annotations

import contextlib
import os
import secrets
from typing import TYPE_CHECKING, Final

from runtime.errors import reason_of
from runtime.kinds.health.answer import Answer, CheckError, Limit, judged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runtime.contract.health_check import StorageCheck
    from runtime.kinds.health.answer import Line

PROBE_BYTES: Final = 4096
"""Size of the file that is written: a block, so that a full disk is noticed."""


def ask(check: StorageCheck, line: Line) -> Answer:
    """Given a check, look at the file system, write where that is asked, and return how it is."""
    try:
        space = os.statvfs(check.path)
    except OSError as error:
        raise CheckError(f"{check.path}: {error.strerror}") from None
    if space.f_blocks == 0:
        raise CheckError(f"{check.path} is on no disk")
    # As `df` counts: of what a user without privilege may fill.
    used = space.f_blocks - space.f_bfree
    free = space.f_bavail / max(used + space.f_bavail, 1)
    size = space.f_blocks * space.f_frsize
    said = f"{free * 100:.1f}% free on {check.path}"
    values = {"free_ratio": free, "size_bytes": float(size)}
    limits = [
        Limit(
            value=free,
            said=said,
            degraded=check.degraded_below_ratio,
            unhealthy=check.unhealthy_below_ratio,
            is_floor=True,
        ),
        Limit(
            value=size,
            said=f"{check.path} is on {size} bytes: another file system than is meant",
            degraded=None,
            unhealthy=check.capacity_bytes,
            is_floor=True,
        ),
    ]
    # Some file systems count no inodes.
    if space.f_files:
        share = values["free_inodes_ratio"] = space.f_favail / space.f_files
        limits.append(_inodes(check, share))
    if check.write:
        limits.extend(_written(check.path))
    return judged(limits, healthy=said, values=values)


def _inodes(check: StorageCheck, share: float) -> Limit:
    return Limit(
        value=share,
        said=f"{share * 100:.1f}% of the inodes are free on {check.path}",
        degraded=check.degraded_inodes_below_ratio,
        unhealthy=check.unhealthy_inodes_below_ratio,
        is_floor=True,
    )


def _written(folder: str) -> Iterator[Limit]:
    """Write a file, read it back, remove it; yield what did not go well."""
    fault = None
    try:
        if not _reads_back(folder):
            fault = f"{folder}: what is written is not what is read"
    except OSError as error:
        fault = f"{folder} cannot be written: {reason_of(OSError(error.errno, error.strerror))}"
    if fault is not None:
        yield Limit(value=1, said=fault, degraded=None, unhealthy=1)


def _reads_back(folder: str) -> bool:
    """Whether a new file, of a name that nobody can know, holds what was written to it.

    Every step goes through the folder that was opened: nobody puts another in its place.
    """
    content = secrets.token_bytes(PROBE_BYTES)
    name = f".opsrun-probe-{secrets.token_hex(16)}"
    place = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        file = os.open(name, flags, 0o600, dir_fd=place)
        try:
            written = os.write(file, content)
            os.fsync(file)
            return written == len(content) and os.pread(file, PROBE_BYTES, 0) == content
        finally:
            os.close(file)
            with contextlib.suppress(FileNotFoundError):
                os.unlink(name, dir_fd=place)
    finally:
        os.close(place)
