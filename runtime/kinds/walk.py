"""Walk below an open root, following no link; what the system refuses becomes a fault.

Every folder is opened relative to its parent, and what is in it is looked at relative to that open
folder: a link that is swapped in between leads nowhere.
"""

from __future__ import annotations

import os
import stat
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Final, TypeAlias, TypeVar

from runtime.contract.frozen import Frozen, frozen
from runtime.kinds.root import foreign_mounts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from runtime.kinds.faults import Faults
    from runtime.kinds.result import Say

T = TypeVar("T")

Parts: TypeAlias = "tuple[str, ...]"
"""A path below the root, name by name."""

MAX_DEPTH: Final = 128
"""Deepest folder below a root that is entered; each level holds a file descriptor open."""

FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
"""How a folder is opened."""


@frozen
class Found(Frozen):
    """What stands below the root, as it was when it was looked at; a link is the link itself."""

    parts: Parts
    status: os.stat_result

    def is_as(self, other: os.stat_result) -> bool:
        """Whether a later look shows the same thing, not written to meanwhile."""
        own = self.status
        return (own.st_dev, own.st_ino, own.st_mtime_ns) == (
            other.st_dev,
            other.st_ino,
            other.st_mtime_ns,
        )


@frozen
class Walk(Frozen):
    """A root that is being worked on; `faults` takes what could not be looked at, or done."""

    root: str
    descriptor: int
    say: Say
    faults: Faults
    device: int
    mounts: frozenset[str]

    @classmethod
    def of(cls, root: str, descriptor: int, say: Say, faults: Faults) -> Walk:
        """Given a root's path and the open folder, return the walk below it."""
        return cls(
            root=root,
            descriptor=descriptor,
            say=say,
            faults=faults,
            device=os.fstat(descriptor).st_dev,
            mounts=foreign_mounts(),
        )

    def everything(self) -> Iterator[Found]:
        """Yield all below the root, however deep, on its own file system; a folder comes first."""
        yield from self._below(self.descriptor, ())

    def entries(self, folder: int, parts: Parts) -> Iterator[Found]:
        """Yield what stands in an open folder, by name."""
        for name in sorted(self.look(parts, lambda: os.listdir(folder)) or ()):
            path = (*parts, name)
            status = self.look(path, partial(os.stat, name, dir_fd=folder, follow_symlinks=False))
            if status is not None:
                yield Found(parts=path, status=status)

    @contextmanager
    def entered(self, folder: int, parts: Parts) -> Iterator[int | None]:
        """Open a folder that stands in an open one for the block; None when that cannot be."""
        inner = self._enter(folder, parts)
        try:
            yield inner
        finally:
            if inner is not None:
                os.close(inner)

    @contextmanager
    def reached(self, parts: Parts) -> Iterator[int | None]:
        """Open the folder that something stands in anew, from the root down, for the block."""
        folder: int | None = os.dup(self.descriptor)
        try:
            for depth in range(1, len(parts)):
                outer = folder
                folder = None if outer is None else self._enter(outer, parts[:depth])
                if outer is not None:
                    os.close(outer)
            yield folder
        finally:
            if folder is not None:
                os.close(folder)

    def is_own_folder(self, found: Found) -> bool:
        """Whether this is a folder of the root's own file system, nothing mounted on it."""
        is_own = stat.S_ISDIR(found.status.st_mode) and found.status.st_dev == self.device
        return is_own and self.path(found.parts) not in self.mounts

    def look(self, parts: Parts, at: Callable[[], T]) -> T | None:
        """Return what `at` sees; None when it is gone, None and a fault when it cannot be seen."""
        return self._tried(parts, at, self._leave)

    def act(self, parts: Parts, do: Callable[[], T]) -> T | None:
        """Return what `do` does; None when it is gone, None and a fault when it is refused."""
        return self._tried(parts, do, self.blame)

    def blame(self, parts: Parts, why: str) -> None:
        """Note something that was due and could not be done, and say it."""
        fault = f"{self.path(parts)}: {why}"
        self.faults.refuse(fault)
        self.say(fault)

    def path(self, parts: Parts) -> str:
        """Return the whole path of what is below the root, for people."""
        return os.path.join(self.root, *parts)

    def _below(self, folder: int, parts: Parts) -> Iterator[Found]:
        for found in self.entries(folder, parts):
            yield found
            if self.is_own_folder(found):
                with self.entered(folder, found.parts) as inner:
                    if inner is not None:
                        yield from self._below(inner, found.parts)

    def _tried(
        self, parts: Parts, do: Callable[[], T], blame: Callable[[Parts, str], None]
    ) -> T | None:
        try:
            return do()
        except FileNotFoundError:
            return None
        except OSError as error:
            blame(parts, error.strerror or type(error).__name__)
            return None

    def _leave(self, parts: Parts, why: str) -> None:
        fault = f"{self.path(parts)}: {why}"
        self.faults.leave(fault)
        self.say(fault)

    def _enter(self, folder: int, parts: Parts) -> int | None:
        if len(parts) > MAX_DEPTH:
            self._leave(parts, f"nested deeper than {MAX_DEPTH} folders")
            return None
        return self.look(parts, lambda: os.open(parts[-1], FOLDER, dir_fd=folder))
