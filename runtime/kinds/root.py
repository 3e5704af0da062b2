"""Open a declared root, or refuse it: what no job may delete below."""

from __future__ import annotations

import os
import pwd
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Final

from runtime.contract.frozen import Frozen, frozen
from runtime.contract.roots import problem
from runtime.errors import UnsafePathError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from runtime.contract.files_expire import Place
    from runtime.kinds.result import Say

MOUNTINFO: Final = "/proc/self/mountinfo"
"""What is mounted where, as this process sees it."""


@contextmanager
def open_roots(places: Iterable[Place], say: Say) -> Iterator[list[tuple[Place, int]]]:
    """Open the roots of places for the block; those that do not exist are said and left out.

    Raise `UnsafePathError`, before anything is done, when one is no place to work below.
    """
    with ExitStack() as opened:
        roots = []
        for place in places:
            descriptor = open_root(place.root)
            if descriptor is None:
                say(f"{place.root}: there is no such folder, nothing to do")
                continue
            opened.callback(os.close, descriptor)
            roots.append((place, descriptor))
        yield roots


def open_root(path: str) -> int | None:
    """Given a root's path, return a descriptor of the folder, or None when there is none.

    Raise `UnsafePathError` when the path is one that `runtime.contract.roots` refuses, or when
    the folder is somebody's home or holds one, a mount point, no folder, or reached through a link.
    """
    refusal = problem(path.rstrip("/") or "/")
    if refusal is not None:
        raise UnsafePathError(f"`{path}`: the root {refusal}")
    folder = os.open("/", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for name in path.strip("/").split("/"):
            inner = _enter(folder, name, path)
            if inner is None:
                return None
            parent, folder = folder, inner
            device = os.fstat(parent).st_dev
            os.close(parent)
        _refuse_homes(path, folder)
        if os.fstat(folder).st_dev != device or path.rstrip("/") in foreign_mounts():
            raise UnsafePathError(f"{path}: the root is a mount point")
        kept, folder = folder, -1
        return kept
    finally:
        if folder >= 0:
            os.close(folder)


def open_folder(path: str) -> int | None:
    """Given an absolute path, return a descriptor of the folder, or None when there is none.

    Raise `UnsafePathError` when it is no folder, or reached through a link.
    """
    folder = os.open("/", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    for name in filter(None, path.split("/")):
        try:
            inner = _enter(folder, name, path)
        finally:
            os.close(folder)
        if inner is None:
            return None
        folder = inner
    return folder


def _enter(folder: int, name: str, path: str) -> int | None:
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        return os.open(name, flags, dir_fd=folder)
    except FileNotFoundError:
        return None
    except NotADirectoryError:
        raise UnsafePathError(f"{path}: `{name}` is a link or no folder") from None
    except OSError as error:
        raise UnsafePathError(f"{path}: `{name}` cannot be opened: {error.strerror}") from None


def foreign_mounts() -> frozenset[str]:
    """Return where something else is mounted, as absolute paths.

    A folder that is bind-mounted onto itself, as systemd does for ReadWritePaths, is not foreign.
    """
    try:
        with open(MOUNTINFO, "rb") as file:
            lines = file.read().splitlines()
    except OSError:
        return frozenset()
    mounts = {line.split()[0]: _mount(line) for line in lines}
    return frozenset(
        os.fsdecode(mount.point) for mount in mounts.values() if not _is_self_bind(mount, mounts)
    )


@frozen
class _Mount(Frozen):
    """One line of mountinfo; `origin` is the folder within the file system that is shown."""

    parent: bytes
    device: bytes
    origin: bytes
    point: bytes


def _mount(line: bytes) -> _Mount:
    fields = line.split()
    return _Mount(
        parent=fields[1], device=fields[2], origin=_unescape(fields[3]), point=_unescape(fields[4])
    )


def _is_self_bind(mount: _Mount, mounts: Mapping[bytes, _Mount]) -> bool:
    """Return whether a mount shows what its parent shows at that place anyway."""
    parent = mounts.get(mount.parent)
    # Mounts stacked on one place: the one below them all decides what belongs there.
    for _ in mounts:
        if parent is None or parent.point != mount.point:
            break
        parent = mounts.get(parent.parent)
    if parent is None or parent.device != mount.device:
        return False
    inside = os.path.relpath(mount.point, parent.point)
    return os.path.normpath(os.path.join(parent.origin, inside)) == mount.origin


def _refuse_homes(path: str, folder: int) -> None:
    """Raise `UnsafePathError` for the home folder of a person, and whatever holds one."""
    own = os.fstat(folder)
    people = (entry for entry in pwd.getpwall() if entry.pw_uid == 0 or entry.pw_uid >= 1000)
    homes = {entry.pw_dir for entry in people}
    homes.add(os.environ.get("HOME", "/root"))
    for home in homes:
        place = os.path.realpath(home)
        while place != "/":
            if _is_same(place, own):
                raise UnsafePathError(f"{path}: the root is, or holds, the home folder {home}")
            place = os.path.dirname(place)


def _is_same(path: str, own: os.stat_result) -> bool:
    try:
        status = os.stat(path)
    except OSError:
        return False
    return (status.st_dev, status.st_ino) == (own.st_dev, own.st_ino)


def _unescape(path: bytes) -> bytes:
    """Undo the octal escapes of mountinfo: space, tab, line feed and backslash."""
    for octal, plain in ((b"\\040", b" "), (b"\\011", b"\t"), (b"\\012", b"\n"), (b"\\134", b"\\")):
        path = path.replace(octal, plain)
    return path
