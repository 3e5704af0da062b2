"""`files.expire`: delete files that are older than their retention, and nothing else.

Every folder is opened relative to its parent without following links, and files are looked at
and deleted relative to that open folder: a link that is swapped in between finds nothing.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from runtime.contract.units import format_duration
from runtime.errors import Exit, UnsafePathError
from runtime.kinds.glob import matcher
from runtime.kinds.result import Result
from runtime.kinds.root import foreign_mounts, open_root

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from runtime.contract.files_expire import FilesExpire, Place
    from runtime.kinds.result import Context

T = TypeVar("T")

LISTED_FILES = 1000
"""Most files that the facts of a dry run name; the output names all."""

MAX_DEPTH = 128
"""Deepest folder below a root that is entered; each level holds a file descriptor open."""


@dataclass(slots=True, kw_only=True)
class _Tally:
    """What was done so far, over all places."""

    files: int = 0
    bytes: int = 0
    folders: int = 0
    faults: list[str] = field(default_factory=list)
    listed: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    """A file that a place's pattern means; `parts` is its path below the root."""

    parts: tuple[str, ...]
    size_bytes: int
    age_seconds: float
    identity: tuple[int, int]


def carry_out(parameters: FilesExpire, context: Context) -> Result:
    """Delete what has expired and return the counts.

    PARTLY when something that should go could not; FAILED when a root is unsafe, in which case
    nothing is deleted anywhere.
    """
    if parameters.keep_latest < 0:
        return Result(exit_code=Exit.FAILED, summary="`keep_latest` is negative")
    tally = _Tally()
    roots: list[tuple[Place, int]] = []
    try:
        for place in parameters.places:
            descriptor = open_root(place.root)
            if descriptor is None:
                context.say(f"{place.root}: there is no such folder, nothing to do")
            else:
                roots.append((place, descriptor))
        for place, descriptor in roots:
            _expire(place, descriptor, parameters, context, tally)
    except UnsafePathError as error:
        context.say(str(error))
        return Result(exit_code=Exit.FAILED, summary=str(error))
    finally:
        for _, descriptor in roots:
            os.close(descriptor)
    return _result(tally, context)


def _result(tally: _Tally, context: Context) -> Result:
    done = "would delete" if context.dry_run else "deleted"
    summary = f"{done} {tally.files} files, {tally.bytes} bytes"
    if tally.folders:
        summary += f", and {tally.folders} empty folders"
    facts: dict[str, Any] = {
        "files": tally.files,
        "bytes": tally.bytes,
        "folders": tally.folders,
        "faults": len(tally.faults),
    }
    if context.dry_run:
        facts["would_delete"] = tally.listed
    if not tally.faults:
        return Result(exit_code=Exit.OK, summary=summary, facts=facts)
    summary += f"; {len(tally.faults)} could not be, first: {tally.faults[0]}"
    return Result(exit_code=Exit.PARTLY, summary=summary, facts=facts)


def _expire(
    place: Place, root: int, parameters: FilesExpire, context: Context, tally: _Tally
) -> None:
    """Delete the expired files of one place, then the folders that it leaves empty."""
    now_seconds = context.clock.now().timestamp()
    matches = matcher(place.pattern)
    walk = _Walk(
        place=place,
        tally=tally,
        context=context,
        now_seconds=now_seconds,
        device=os.fstat(root).st_dev,
        mounts=foreign_mounts(),
    )
    found = [file for file in walk.files(root, ()) if matches(file.parts)]
    # The newest stay; of equal age those that sort last by name go first, the same on every run.
    found.sort(key=lambda file: (file.age_seconds, file.parts))
    limit_seconds = parameters.older_than_seconds
    expired = [file for file in found[parameters.keep_latest :] if file.age_seconds > limit_seconds]
    for file in sorted(expired, key=lambda file: file.parts):
        walk.delete(root, file, limit_seconds)
    if parameters.remove_empty_folders:
        gone = {file.parts for file in expired} if context.dry_run else set()
        walk.remove_empty(root, (), gone)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Walk:
    """One place being worked on."""

    place: Place
    tally: _Tally
    context: Context
    now_seconds: float
    device: int
    mounts: frozenset[str]

    def files(self, folder: int, parts: tuple[str, ...]) -> Iterator[_File]:
        """Yield the regular files below an open folder, on the root's own file system."""
        for path, status in self._entries(folder, parts):
            if stat.S_ISREG(status.st_mode):
                yield _File(
                    parts=path,
                    size_bytes=status.st_size,
                    age_seconds=self.now_seconds - status.st_mtime_ns / 1e9,
                    identity=(status.st_dev, status.st_ino),
                )
            elif self._is_own_folder(path, status):
                inner = self._enter(folder, path)
                if inner is not None:
                    try:
                        yield from self.files(inner, path)
                    finally:
                        os.close(inner)

    def delete(self, root: int, file: _File, older_than_seconds: float) -> None:
        """Delete one file, if it is still the one that was looked at; say so."""
        folder = self._reach(root, file.parts)
        if folder is None:
            return
        try:
            deleted = self._try(file.parts, lambda: self._unlink(folder, file))
        finally:
            os.close(folder)
        if not deleted:
            return
        self.tally.files += 1
        self.tally.bytes += file.size_bytes
        path = self._path(file.parts)
        if self.context.dry_run and len(self.tally.listed) < LISTED_FILES:
            self.tally.listed.append(
                {"path": path, "bytes": file.size_bytes, "age_seconds": round(file.age_seconds)}
            )
        word = "would delete" if self.context.dry_run else "deleted"
        age = format_duration(int(file.age_seconds))
        limit = format_duration(older_than_seconds)
        self.context.say(f"{word} {path} ({file.size_bytes} bytes, {age} old, limit {limit})")

    def remove_empty(self, folder: int, parts: tuple[str, ...], gone: set[tuple[str, ...]]) -> bool:
        """Remove empty folders below an open one, deepest first; return whether it is empty now.

        `gone` are the files that a dry run takes for deleted.
        """
        empty = True
        for path, status in self._entries(folder, parts):
            if not self._is_own_folder(path, status):
                empty = empty and path in gone
                continue
            inner = self._enter(folder, path)
            if inner is None:
                empty = False
                continue
            try:
                inner_empty = self.remove_empty(inner, path, gone)
            finally:
                os.close(inner)
            removed = inner_empty and self._remove_folder(folder, path)
            empty = empty and removed
        return empty

    def _remove_folder(self, folder: int, path: tuple[str, ...]) -> bool:
        def remove() -> bool:
            os.rmdir(path[-1], dir_fd=folder)
            return True

        if not self.context.dry_run and not self._try(path, remove):
            return False
        self.tally.folders += 1
        word = "would remove" if self.context.dry_run else "removed"
        self.context.say(f"{word} {self._path(path)} (empty folder)")
        return True

    def _unlink(self, folder: int, file: _File) -> bool:
        """Delete by name what is still the file that was looked at."""
        status = os.stat(file.parts[-1], dir_fd=folder, follow_symlinks=False)
        same = (status.st_dev, status.st_ino) == file.identity
        if not same or self.now_seconds - status.st_mtime_ns / 1e9 != file.age_seconds:
            self.context.say(f"{self._path(file.parts)}: changed meanwhile, left alone")
            return False
        if not self.context.dry_run:
            os.unlink(file.parts[-1], dir_fd=folder)
        return True

    def _reach(self, root: int, parts: tuple[str, ...]) -> int | None:
        """Open the folder of a file anew, from the root down, without following a link."""
        folder = os.dup(root)
        for depth in range(1, len(parts)):
            inner = self._enter(folder, parts[:depth])
            os.close(folder)
            if inner is None:
                return None
            folder = inner
        return folder

    def _enter(self, folder: int, path: tuple[str, ...]) -> int | None:
        if len(path) > MAX_DEPTH:
            self.tally.faults.append(f"{self._path(path)}: nested deeper than {MAX_DEPTH} folders")
            return None
        flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
        return self._try(path, lambda: os.open(path[-1], flags, dir_fd=folder))

    def _entries(
        self, folder: int, parts: tuple[str, ...]
    ) -> Iterator[tuple[tuple[str, ...], os.stat_result]]:
        """Yield what stands in an open folder, by name, with its status; links are not followed."""
        for name in sorted(self._try(parts, lambda: os.listdir(folder)) or ()):
            path = (*parts, name)
            status = self._try(path, partial(os.stat, name, dir_fd=folder, follow_symlinks=False))
            if status is not None:
                yield path, status

    def _is_own_folder(self, path: tuple[str, ...], status: os.stat_result) -> bool:
        """Return whether this is a folder of the root's own file system, nothing mounted on it."""
        is_own = stat.S_ISDIR(status.st_mode) and status.st_dev == self.device
        return is_own and self._path(path) not in self.mounts

    def _try(self, parts: tuple[str, ...], act: Callable[[], T]) -> T | None:
        """Return what `act` does; None when it is gone, None and a fault when it cannot be."""
        try:
            return act()
        except FileNotFoundError:
            return None
        except OSError as error:
            fault = f"{self._path(parts)}: {error.strerror}"
            self.tally.faults.append(fault)
            self.context.say(fault)
            return None

    def _path(self, parts: tuple[str, ...]) -> str:
        return os.path.join(self.place.root, *parts)
