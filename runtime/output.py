"""A step's output: a file that never outgrows its cap, with the beginning and the end kept.

The step writes into the file by itself (a pipe would hang on a grandchild that keeps it open),
opened for appending. Whenever the file passes half its cap the runner empties it: the first half
is put aside once, what follows is the end so far.
"""

from __future__ import annotations

import os
from typing import Final

CAP_BYTES: Final = 4 * 2**20
"""Most that is kept of one step's output."""


class CappedOutput:
    """The output file of one running step, at `path`; a context manager."""

    def __init__(self, path: str, *, cap_bytes: int = CAP_BYTES) -> None:
        self.path = path
        self.half_bytes = cap_bytes // 2
        self.left_out_bytes = 0
        self._head = b""
        self._end = b""
        flags = os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND | os.O_CLOEXEC
        self.descriptor = os.open(path, flags, 0o600)

    def __enter__(self) -> CappedOutput:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Write the final form and close the file."""
        self.close()

    def trim(self) -> None:
        """Empty the file when it is more than half its cap; call this often while a step runs."""
        size = os.fstat(self.descriptor).st_size
        if size <= self.half_bytes:
            return
        if not self._head:
            self._head = os.pread(self.descriptor, self.half_bytes, 0)
            size -= len(self._head)
            start = len(self._head)
        else:
            self.left_out_bytes += len(self._end)
            start = 0
        kept = min(size, self.half_bytes)
        self._end = os.pread(self.descriptor, kept, start + size - kept)
        self.left_out_bytes += size - kept
        os.ftruncate(self.descriptor, 0)

    def close(self) -> None:
        """Put beginning, a note of what was left out, and end into the file; close it."""
        self.trim()
        if self._head:
            rest = os.pread(self.descriptor, self.half_bytes, 0)
            end = (self._end + rest)[-self.half_bytes :]
            left_out = self.left_out_bytes + len(self._end) + len(rest) - len(end)
            note = f"\n[{left_out} bytes left out]\n".encode() if left_out else b""
            os.ftruncate(self.descriptor, 0)
            with open(self.descriptor, "ab", closefd=False) as file:
                file.write(self._head + note + end)
        os.close(self.descriptor)


def read_end(path: str, limit_bytes: int = CAP_BYTES) -> str:
    """Return at most the last `limit_bytes` of a file as text; empty when there is no such file."""
    try:
        with open(path, "rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - limit_bytes))
            return file.read(limit_bytes).decode("utf-8", "replace")
    except OSError:
        return ""
