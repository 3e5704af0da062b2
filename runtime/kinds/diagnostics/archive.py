"""Archives: files enter, one `.tar.gz` is in a folder of its own, whole or not at all.

It is written under a name that nobody can know, forced to disk, and renamed. What a run that was
killed left behind is removed by the next one; older archives go by number and age.
"""

from __future__ import annotations

import contextlib
import fcntl
import gzip
import io
import os
import re
import secrets
import stat
import tarfile
from typing import TYPE_CHECKING, Final

from runtime.contract.frozen import Frozen, frozen
from runtime.errors import UnsafePathError
from runtime.kinds.root import open_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from runtime.contract.diagnostics_collect import DiagnosticsCollect

FOLDER: Final = "diagnostics"
"""Folder of the archives below the state folder."""
PARTIAL: Final = ".partial-"
"""What the name of an archive begins with while it is written."""
_NO_FOLLOW: Final = os.O_NOFOLLOW | os.O_CLOEXEC


@frozen
class Written(Frozen):
    """An archive that is in its place."""

    path: str
    bytes: int


@frozen
class Shelf(Frozen):
    """The open folder of the archives of one service."""

    path: str
    descriptor: int
    service: str

    def name(self, now: datetime) -> str:
        """Return the name of an archive that is made now, without its ending."""
        return f"{self._prefix}{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"

    @property
    def _prefix(self) -> str:
        return f"diagnostics-{self.service}-" if self.service else "diagnostics-"

    def put(self, name: str, files: Mapping[str, bytes], made_at: datetime) -> Written:
        """Write an archive of files, in the order of their names; return where it is.

        Raise `OSError` when it cannot be: then nothing of it is there.
        """
        aside = f"{PARTIAL}{secrets.token_hex(16)}"
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | _NO_FOLLOW
        descriptor = os.open(aside, flags, 0o600, dir_fd=self.descriptor)
        try:
            with open(descriptor, "w+b") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                _pack(file, name, files, int(made_at.timestamp()))
                file.flush()
                os.fsync(file.fileno())
                size = os.fstat(file.fileno()).st_size
                target = f"{name}.tar.gz"
                own = {"src_dir_fd": self.descriptor, "dst_dir_fd": self.descriptor}
                os.rename(aside, target, **own)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(aside, dir_fd=self.descriptor)
            raise
        os.fsync(self.descriptor)
        return Written(path=os.path.join(self.path, target), bytes=size)

    def clear_leftovers(self) -> int:
        """Remove what runs left that were killed while they wrote; return how many files."""
        removed = 0
        for name in os.listdir(self.descriptor):
            if name.startswith(PARTIAL) and self._is_abandoned(name):
                with contextlib.suppress(OSError):
                    os.unlink(name, dir_fd=self.descriptor)
                    removed += 1
        return removed

    def _is_abandoned(self, name: str) -> bool:
        """Whether nobody writes a file: who does holds its lock."""
        try:
            flags = os.O_RDONLY | os.O_NONBLOCK | _NO_FOLLOW
            descriptor = os.open(name, flags, dir_fd=self.descriptor)
        except OSError:
            return False
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        finally:
            os.close(descriptor)
        return True

    def expired(self, now: datetime, made: str, *, most: int, keep_seconds: float) -> list[str]:
        """Return the names of the archives that are too many or too old; that just made never is.

        Several of one second are told apart by when they were written.
        """
        shape = re.compile(re.escape(self._prefix) + r"[0-9]{8}T[0-9]{6}Z-[0-9a-f]{8}\.tar\.gz\Z")
        found = []
        for name in os.listdir(self.descriptor):
            if shape.match(name):
                with contextlib.suppress(OSError):
                    status = os.stat(name, dir_fd=self.descriptor, follow_symlinks=False)
                    if stat.S_ISREG(status.st_mode):
                        found.append((name, status.st_mtime))
        found.sort(
            key=lambda one: (one[0] == made, one[0].rpartition("-")[0], one[1]), reverse=True
        )
        earliest = now.timestamp() - keep_seconds
        old = {name for name, written in found[1:] if written < earliest}
        return [name for name, _ in found if name in old] + [
            name for name, _ in found[most:] if name not in old
        ]

    def remove(self, names: list[str]) -> int:
        """Remove archives by name; return how many."""
        removed = 0
        for name in names:
            with contextlib.suppress(OSError):
                os.unlink(name, dir_fd=self.descriptor)
                removed += 1
        return removed


def folder_of(parameters: DiagnosticsCollect, state: str) -> str:
    """Return where the archives go. Raise `UnsafePathError` when no place is known."""
    if parameters.output is not None:
        return parameters.output
    if not state:
        raise UnsafePathError("no folder for the archive is known: say `output`")
    return os.path.join(os.path.realpath(state), FOLDER)


@contextlib.contextmanager
def shelf(path: str, service: str) -> Iterator[Shelf]:
    """Open the folder of the archives, made where it is missing, for a block.

    Raise `UnsafePathError` when it is reached through a link, or others may write to it.
    """
    parent = open_folder(os.path.dirname(path))
    if parent is None:
        raise UnsafePathError(f"{os.path.dirname(path)}: there is no such folder")
    try:
        with contextlib.suppress(FileExistsError):
            os.mkdir(os.path.basename(path), 0o700, dir_fd=parent)
    finally:
        os.close(parent)
    descriptor = open_folder(path)
    if descriptor is None:
        raise UnsafePathError(f"{path}: the folder is gone")
    try:
        status = os.fstat(descriptor)
        if status.st_uid != os.geteuid() or status.st_mode & 0o022:
            raise UnsafePathError(f"{path}: others may write to the folder: `chmod 700` it")
        yield Shelf(path=path, descriptor=descriptor, service=service)
    finally:
        os.close(descriptor)


def _pack(file: io.BufferedRandom, folder: str, files: Mapping[str, bytes], at: int) -> None:
    """Write a tar archive, packed, with nothing in it that is not said: no user, no mode."""
    with (
        gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=at, compresslevel=6) as packed,
        tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT) as archive,
    ):
        for name in sorted(files, key=_order):
            entry = tarfile.TarInfo(f"{folder}/{name}")
            entry.size, entry.mtime, entry.mode = len(files[name]), at, 0o600
            archive.addfile(entry, io.BytesIO(files[name]))


def _order(name: str) -> tuple[bool, str]:
    """The index comes first: it is what is read first."""
    return not name.startswith("index."), name
