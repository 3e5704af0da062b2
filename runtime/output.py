"""A step's output: masked, and capped so that its beginning and its end are kept.

The step writes into a pipe and this process reads it, so that no secret is ever on disk and a
flood is slowed down instead of filling it. Nobody waits for the pipe's end: a grandchild may keep
it open.
"""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from runtime.masking import Mask

CAP_BYTES: Final = 4 * 2**20
"""Most that is kept of one step's output."""

FOLLOW_SECONDS: Final = 0.1
"""How often a file is looked at that is followed."""


class CappedOutput:
    """The output file of one running step, at `path`; a context manager."""

    def __init__(self, path: str, mask: Mask | None = None, *, cap_bytes: int = CAP_BYTES) -> None:
        self.path = path
        self.half_bytes = cap_bytes // 2
        self.left_out_bytes = 0
        self.fault: OSError | None = None
        self._mask = mask
        self._head_bytes = 0
        self._end = bytearray()
        flags = os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND | os.O_CLOEXEC
        self._descriptor = os.open(path, flags, 0o600)

    def __enter__(self) -> CappedOutput:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Write the end and close the file."""
        self.close()

    def feed(self, content: bytes) -> None:
        """Take what the step wrote; that it cannot be kept is noted in `fault`."""
        if self.fault is None:
            try:
                self._keep(content if self._mask is None else self._mask.feed(content))
            except OSError as error:
                self.fault = error

    def close(self) -> None:
        """Put what was held back, a note of what was left out, and the end into the file."""
        try:
            if self.fault is not None:
                return
            if self._mask is not None:
                self._keep(self._mask.flush())
            note = f"\n[{self.left_out_bytes} bytes left out]\n" if self.left_out_bytes else ""
            _write(self._descriptor, note.encode() + bytes(self._end))
        except OSError as error:
            self.fault = error
        finally:
            os.close(self._descriptor)

    def _keep(self, content: bytes) -> None:
        """Write the first half through, so that it can be read meanwhile; hold back the end."""
        room = self.half_bytes - self._head_bytes
        head, rest = content[:room], content[room:]
        if head:
            _write(self._descriptor, head)
            self._head_bytes += len(head)
        self._end += rest
        surplus = len(self._end) - self.half_bytes
        if surplus > 0:
            del self._end[:surplus]
            self.left_out_bytes += surplus


def _write(descriptor: int, content: bytes) -> None:
    while content:
        content = content[os.write(descriptor, content) :]


def read_end(path: str, limit_bytes: int = CAP_BYTES) -> str:
    """Return at most the last `limit_bytes` of a file as text; empty when there is no such file."""
    try:
        with open(path, "rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - limit_bytes))
            return file.read(limit_bytes).decode("utf-8", "replace")
    except OSError:
        return ""


class Follower(threading.Thread):
    """Says the lines of a file as they are written, until it is stopped; then those that are left.

    The file may come to be later than who follows it.
    """

    def __init__(self, path: str, say: Callable[[str], None]) -> None:
        super().__init__(name="follower", daemon=True)
        self._path = path
        self._say = say
        self._ended = threading.Event()
        self._at = 0
        self._line = b""

    def run(self) -> None:
        """Say what is written by and by."""
        while not self._ended.wait(FOLLOW_SECONDS):
            self._read()

    def stop(self) -> None:
        """Say what is left, and come to an end."""
        self._ended.set()
        self.join()
        self._read()
        if self._line:
            self._say(self._line.decode("utf-8", "replace"))

    def _read(self) -> None:
        try:
            with open(self._path, "rb") as file:
                file.seek(self._at)
                content = file.read()
        except OSError:
            return
        self._at += len(content)
        *lines, self._line = (self._line + content).split(b"\n")
        for line in lines:
            self._say(line.decode("utf-8", "replace"))
