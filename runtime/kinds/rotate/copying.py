"""Copy a file that stays open, and take off what was copied.

`exact` loses and doubles nothing of a writer that appends (O_APPEND): whole blocks are copied, then
a hole is punched over them, then the hole is taken off where the file system can (ext4, XFS);
elsewhere (tmpfs, Btrfs) it stays, reads as zeros and takes no room. The last block stays in the
file. A seam is put behind the end of a line where one ends at a block's end.

`truncate` does the same where a beginning can be taken off. Elsewhere the file is copied to its end
and cut to nothing: what is written between the last look and the cut is lost.

At every point a killed run leaves a name that says what is to be done; each such act may be done
twice.
"""

from __future__ import annotations

import contextlib
import os
from dataclasses import replace
from itertools import zip_longest
from typing import TYPE_CHECKING, Final

from runtime.contract.frozen import Frozen, frozen
from runtime.kinds.rotate.disk import (
    CHANGE,
    READ,
    block_bytes,
    can_collapse,
    chunks,
    collapse,
    first_data,
    making,
    opened,
    punch,
    remove,
    rename,
    write,
)
from runtime.kinds.rotate.names import part_of

if TYPE_CHECKING:
    from runtime.kinds.rotate.names import Rotated

SEAMS: Final = 4096
"""Most blocks, from the last, at whose end the end of a line is looked for."""

LOOKS: Final = 10
"""Most times that a file is read to its end, and made safe, before it is cut to nothing."""


class NoHoleError(Exception):
    """The file system can take nothing off a file without cutting it to nothing."""


@frozen
class Copying(Frozen):
    """One file that is copied; `folder` is the open one that it stands in."""

    folder: int
    name: str
    may_cut: bool

    def copy(self, target: Rotated) -> int:
        """Copy the file to its rotated name and take off what was copied; return its bytes.

        0 when it is too small for that. Raise `NoHoleError` where it cannot be, `OSError`.
        """
        with opened(self.folder, self.name, CHANGE) as descriptor:
            if self.may_cut and not can_collapse(self.folder):
                return self._cut(descriptor, target)
            return self._take_off(descriptor, target)

    def recover(self, found: Rotated) -> None:
        """Given what a killed run has left, carry it on."""
        with contextlib.ExitStack() as stack:
            try:
                descriptor = stack.enter_context(opened(self.folder, self.name, CHANGE))
            except FileNotFoundError:
                descriptor = -1
            is_same = descriptor >= 0 and os.fstat(descriptor).st_ino == found.inode
            is_there = is_same and self._still_begins_so(descriptor, found)
            if found.stage == "cutting" and is_there:
                # It was not cut yet: the copy goes, and is made again.
                remove(self.folder, found.name)
                return
            if found.stage == "copied" and is_there:
                self._punch(descriptor, found.end)
            rename(self.folder, found.name, found.settled.name)

    def trim(self) -> None:
        """Take off the hole that the file begins with, where that can be."""
        with opened(self.folder, self.name, CHANGE) as descriptor:
            block = block_bytes(descriptor)
            size = os.fstat(descriptor).st_size
            end = min(first_data(descriptor), size - 1) // block * block
            if end > 0:
                collapse(descriptor, end)

    def _take_off(self, descriptor: int, target: Rotated) -> int:
        start, end = first_data(descriptor), self._seam(descriptor)
        if end <= start:
            return 0
        copied = replace(target, stage="copied", inode=os.fstat(descriptor).st_ino, end=end)
        self._write_copy(descriptor, copied, start, end)
        if not self._punch(descriptor, end):
            remove(self.folder, copied.name)
            raise NoHoleError
        rename(self.folder, copied.name, target.name)
        self.trim()
        return end - start

    def _cut(self, descriptor: int, target: Rotated) -> int:
        size = os.fstat(descriptor).st_size
        inode = os.fstat(descriptor).st_ino
        cutting = replace(target, stage="cutting", inode=inode, end=size)
        self._write_copy(descriptor, cutting, 0, size)
        with opened(self.folder, cutting.name, CHANGE) as copy:
            end = os.lseek(copy, 0, os.SEEK_END)
            for look in range(LOOKS):
                before = end
                for chunk in chunks(descriptor, end, os.fstat(descriptor).st_size):
                    write(copy, chunk)
                    end += len(chunk)
                if end == before or look == LOOKS - 1:
                    break
                os.fsync(copy)
            # What is written between here, the last look, and the next line is lost.
            os.ftruncate(descriptor, 0)
            os.fsync(copy)
        rename(self.folder, cutting.name, target.name)
        return end

    def _write_copy(self, descriptor: int, target: Rotated, start: int, end: int) -> None:
        status = os.fstat(descriptor)
        with making(self.folder, target.name, status) as copy:
            for chunk in chunks(descriptor, start, end):
                write(copy, chunk)
            os.utime(copy, ns=(status.st_atime_ns, status.st_mtime_ns))
            os.fsync(copy)
            rename(self.folder, part_of(target.name), target.name)

    @staticmethod
    def _punch(descriptor: int, end: int) -> bool:
        if not punch(descriptor, end):
            return False
        os.fsync(descriptor)
        return True

    @staticmethod
    def _seam(descriptor: int) -> int:
        """Return up to where the file is copied: a whole number of blocks, and not all of it."""
        block = block_bytes(descriptor)
        last = (os.fstat(descriptor).st_size - 1) // block * block
        first = max(first_data(descriptor) + 1, last - SEAMS * block)
        for end in range(last, first, -block):
            if os.pread(descriptor, 1, end - 1) == b"\n":
                return end
        return max(last, 0)

    def _still_begins_so(self, descriptor: int, found: Rotated) -> bool:
        """Whether what was copied still stands in the file, or the hole in its place."""
        with opened(self.folder, found.name, READ) as copy:
            size = os.fstat(copy).st_size
            start = max(found.end - size, 0)
            end = start + size
            if os.fstat(descriptor).st_size < end:
                return False
            at = max(start, first_data(descriptor))
            ours = chunks(copy, at - start, size)
            return all(
                one == other for one, other in zip_longest(ours, chunks(descriptor, at, end))
            )
