"""What rotation asks of the file system beside reading and writing."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
from typing import TYPE_CHECKING, Final

from runtime.kinds.rotate.names import part_of

if TYPE_CHECKING:
    from collections.abc import Iterator

CHUNK_BYTES: Final = 2**20

_KEEP_SIZE, _PUNCH_HOLE, _COLLAPSE_RANGE = 0x01, 0x02, 0x08  # linux/falloc.h
_UNSUPPORTED: Final = (errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL)

READ: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
CHANGE: Final = os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_MAKE: Final = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


@contextlib.contextmanager
def opened(folder: int, name: str, flags: int) -> Iterator[int]:
    """Open a file that stands in an open folder, following no link, for the block."""
    descriptor = os.open(name, flags, dir_fd=folder)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def making(
    folder: int, name: str, like: os.stat_result, *, is_exact: bool = False
) -> Iterator[int]:
    """Write a new file, under the name of a part, for the block; it is gone when that fails.

    It has the mode, the owner and the group of another one, as far as this user may give it away.
    Raise `PermissionError` when it must be exact and may not.
    """
    part = part_of(name)
    descriptor = os.open(part, _MAKE, 0o600, dir_fd=folder)
    try:
        own = os.fstat(descriptor)
        for is_so, user, group in (
            (own.st_uid == like.st_uid, like.st_uid, -1),
            (own.st_gid == like.st_gid, -1, like.st_gid),
        ):
            with contextlib.suppress(*(() if is_exact else (PermissionError,))):
                if not is_so:
                    os.fchown(descriptor, user, group)
        os.fchmod(descriptor, like.st_mode & 0o777)
        yield descriptor
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(part, dir_fd=folder)
        raise
    finally:
        os.close(descriptor)


def make_anew(folder: int, name: str, like: os.stat_result) -> None:
    """Make an empty file of another one's owner and mode, unless its writer has made one.

    Raise `PermissionError` when it would not be its writer's.
    """
    part = part_of(name)
    with making(folder, name, like, is_exact=True), contextlib.suppress(FileExistsError):
        # A link, not a rename: it takes the place of nothing.
        os.link(part, name, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)
    remove(folder, part)


def rename(folder: int, name: str, target: str) -> None:
    """Give a file another name in its folder, for good."""
    os.rename(name, target, src_dir_fd=folder, dst_dir_fd=folder)
    os.fsync(folder)


def remove(folder: int, name: str) -> None:
    """Remove a file from its folder, for good."""
    os.unlink(name, dir_fd=folder)
    os.fsync(folder)


def chunks(descriptor: int, start: int, end: int) -> Iterator[bytes]:
    """Yield what stands between two offsets of a file, as far as there is any."""
    while start < end:
        chunk = os.pread(descriptor, min(CHUNK_BYTES, end - start), start)
        if not chunk:
            return
        start += len(chunk)
        yield chunk


def write(descriptor: int, data: bytes) -> None:
    """Write all of it."""
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def first_data(descriptor: int) -> int:
    """Return the offset of a file's first data, behind the hole that it may begin with."""
    try:
        return os.lseek(descriptor, 0, os.SEEK_DATA)
    except OSError as error:
        if error.errno == errno.ENXIO:
            return os.fstat(descriptor).st_size
        return 0


def block_bytes(descriptor: int) -> int:
    """Return what a beginning that is taken off must be a multiple of."""
    return max(os.fstatvfs(descriptor).f_bsize, 4096)


def punch(descriptor: int, end: int) -> bool:
    """Make a hole of a file's beginning: it reads as zeros. False where that cannot be."""
    return _allocate(descriptor, _PUNCH_HOLE | _KEEP_SIZE, end)


def collapse(descriptor: int, end: int) -> bool:
    """Take a file's beginning off: what follows moves there. False where that cannot be."""
    return _allocate(descriptor, _COLLAPSE_RANGE, end)


def can_collapse(folder: int) -> bool:
    """Whether the file system of a folder can take a file's beginning off."""
    try:
        descriptor = os.open(".", os.O_TMPFILE | os.O_RDWR | os.O_CLOEXEC, 0o600, dir_fd=folder)
    except OSError:
        return False
    try:
        block = block_bytes(descriptor)
        os.ftruncate(descriptor, 2 * block)
        return collapse(descriptor, block)
    except OSError:
        return False
    finally:
        os.close(descriptor)


def _allocate(descriptor: int, mode: int, length: int) -> bool:
    libc = ctypes.CDLL(None, use_errno=True)
    call = libc.fallocate64 if hasattr(libc, "fallocate64") else libc.fallocate
    call.argtypes = (ctypes.c_int, ctypes.c_int, ctypes.c_int64, ctypes.c_int64)
    if call(descriptor, mode, 0, length) == 0:
        return True
    code = ctypes.get_errno()
    if code in _UNSUPPORTED:
        return False
    raise OSError(code, os.strerror(code))
