"""The ends of log files, and of the journals of systemd's units."""

from __future__ import annotations

import contextlib
import os
import stat
import time
from typing import TYPE_CHECKING, Final, NamedTuple

from runtime.errors import UnsafePathError
from runtime.kinds.diagnostics.program import end_of, has
from runtime.kinds.diagnostics.tail import tail
from runtime.kinds.glob import matcher
from runtime.kinds.root import open_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runtime.contract.files_expire import Place
    from runtime.kinds.diagnostics.desk import Desk

MOST_FILES: Final = 50
"""Most log files of one place that are read, the latest written."""
MOST_ENTRIES: Final = 100_000
"""Most files of one place that are looked at."""
MOST_DEPTH: Final = 16
"""Deepest folder below a root that is entered."""


class _File(NamedTuple):
    """One log file, by its path below the root."""

    written: float
    parts: tuple[str, ...]


def collect(desk: Desk) -> None:
    """Write the last lines of every log file and journal that is asked for."""
    asked_for = desk.asked
    if not asked_for.logs and not asked_for.units:
        desk.absent("no log and no unit is named")
        return
    sources = len(asked_for.logs) + len(asked_for.units)
    limit_bytes = asked_for.collector_limit_bytes // (sources + 1)
    for place in asked_for.logs:
        try:
            _place(desk, place, limit_bytes)
        except UnsafePathError as error:
            desk.fault(str(error))
    if asked_for.units and not has("journalctl"):
        desk.absent("there is no journalctl here")
        return
    for unit in asked_for.units:
        desk.part(f"journal/{unit}.txt", _journal, desk, unit, limit_bytes)


def _place(desk: Desk, place: Place, limit_bytes: int) -> None:
    root = open_folder(place.root)
    if root is None:
        desk.fault(f"{place.root}: there is no such folder")
        return
    try:
        since = desk.asked.since_seconds
        earliest = 0.0 if since is None else time.time() - since
        found = sorted(_matching(root, place), reverse=True)
        recent = [file for file in found if file.written >= earliest]
        if len(recent) > MOST_FILES:
            desk.cut(place.root, f"of {len(recent)} files, the latest {MOST_FILES}")
        if not recent:
            desk.write("none.txt", f"{place.root}: no file is like {place.pattern}\n")
        share = limit_bytes // max(1, min(len(recent), MOST_FILES))
        for file in recent[:MOST_FILES]:
            _file(desk, root, place, file, share)
    finally:
        os.close(root)


def _matching(root: int, place: Place) -> Iterator[_File]:
    """Yield the regular files that are meant; no link is followed."""
    matches = matcher(place.pattern)
    seen = 0
    for path, folders, files, folder in os.fwalk(".", dir_fd=root, follow_symlinks=False):
        below = tuple(path.split("/")[1:])
        folders.sort()
        if len(below) >= MOST_DEPTH:
            folders.clear()
        for name in files:
            seen += 1
            if matches((*below, name)):
                with contextlib.suppress(OSError):
                    status = os.stat(name, dir_fd=folder, follow_symlinks=False)
                    if stat.S_ISREG(status.st_mode):
                        yield _File(status.st_mtime, (*below, name))
        if seen > MOST_ENTRIES:
            return


def _file(desk: Desk, root: int, place: Place, file: _File, limit_bytes: int) -> None:
    path = os.path.join(place.root, *file.parts)
    name = f"files{path}"
    try:
        descriptor = _opened(root, file.parts)
    except OSError as error:
        desk.fault(f"{path}: {error.strerror}")
        return
    try:
        end = tail(descriptor, desk.asked.lines, limit_bytes)
    except OSError as error:
        desk.fault(f"{path}: {error.strerror}")
        return
    finally:
        os.close(descriptor)
    desk.write(name, end.content)
    if end.is_limited:
        desk.cut(name, f"fewer than {desk.asked.lines} lines have room; {end.left_out_bytes} bytes")


def _opened(root: int, parts: tuple[str, ...]) -> int:
    """Open a file below an open folder, following no link. Raise `OSError`."""
    folder = os.dup(root)
    try:
        for part in parts[:-1]:
            flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
            inner = os.open(part, flags, dir_fd=folder)
            os.close(folder)
            folder = inner
        # A pipe that was put in its place keeps nobody waiting.
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY
        return os.open(parts[-1], flags, dir_fd=folder)
    finally:
        os.close(folder)


def _journal(desk: Desk, unit: str, limit_bytes: int) -> bytes:
    """Return the last lines of a unit's journal."""
    argv = ["journalctl", "--no-pager", "--quiet", "--output=short-iso", "--utc"]
    argv += [f"--lines={desk.asked.lines}", f"--unit={unit}"]
    if desk.asked.since_seconds is not None:
        argv.append(f"--since=@{int(time.time() - desk.asked.since_seconds)}")
    said = end_of(*argv, seconds=desk.seconds_left, limit_bytes=limit_bytes)
    if said.is_cut:
        desk.cut(f"journal/{unit}.txt", f"fewer than {desk.asked.lines} lines have room")
    return said.content
