"""A file with all that was rotated of it: what stands below a root enters, families leave."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from runtime.kinds.glob import matcher
from runtime.kinds.rotate.disk import READ, first_data, opened
from runtime.kinds.rotate.names import is_original, of_part, rotated

if TYPE_CHECKING:
    from collections.abc import Callable

    from runtime.contract.files_expire import Place
    from runtime.kinds.rotate.names import Rotated
    from runtime.kinds.walk import Found, Parts, Walk

T = TypeVar("T")


@dataclass(slots=True, kw_only=True)
class Family:
    """One file, where there is one, what was rotated of it, and what a killed run never finished.

    `folder` is the path of its folder below the root, `base` its name.
    """

    walk: Walk
    folder: Parts
    base: str
    original: Found | None = None
    rotated: list[tuple[Rotated, Found]] = field(default_factory=list)
    parts: list[Found] = field(default_factory=list)

    @property
    def path(self) -> str:
        """The whole path of the file, for people."""
        return self.walk.path((*self.folder, self.base))

    def staged(self, *stages: str) -> list[tuple[Rotated, Found]]:
        """Return the rotated files of which something is still to be done."""
        return [one for one in self.rotated if one[0].stage in stages]

    def within(self, act: Callable[[int], T]) -> T | None:
        """Return what is done in the open folder; None, and a fault, when it is refused."""
        parts = (*self.folder, self.base)
        with self.walk.reached(parts) as folder:
            return None if folder is None else self.walk.act(parts, lambda: act(folder))

    def seen(self, at: Callable[[int], T]) -> T | None:
        """Return what is seen in the open folder; None, and a fault, when it cannot be."""
        parts = (*self.folder, self.base)
        with self.walk.reached(parts) as folder:
            return None if folder is None else self.walk.look(parts, lambda: at(folder))

    def content_bytes(self) -> int:
        """Return the file's size without the hole that it may begin with."""
        if self.original is None:
            return 0
        status = self.original.status
        if status.st_blocks * 512 >= status.st_size:
            return status.st_size

        def measure(folder: int) -> int:
            with opened(folder, self.base, READ) as descriptor:
                return os.fstat(descriptor).st_size - first_data(descriptor)

        return self.seen(measure) or 0


def families(place: Place, walk: Walk) -> list[Family]:
    """Given a place, return its files with what was rotated of them, by folder and name."""
    matches = matcher(place.pattern)
    found: dict[tuple[Parts, str], Family] = {}
    for one in walk.everything():
        if not stat.S_ISREG(one.status.st_mode):
            continue
        folder, name = one.parts[:-1], one.parts[-1]
        unfinished = of_part(name)
        whole = name if unfinished is None else unfinished
        past = rotated(whole)
        base = whole if past is None else past.base
        if not is_original(base) or not matches((*folder, base)):
            continue
        family = found.setdefault((folder, base), Family(walk=walk, folder=folder, base=base))
        if unfinished is not None:
            family.parts.append(one)
        elif past is not None:
            family.rotated.append((past, one))
        else:
            family.original = one
    return [found[key] for key in sorted(found)]
