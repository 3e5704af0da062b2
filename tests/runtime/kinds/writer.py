"""A program that appends numbered lines to a file and opens it anew when it gets HUP.

Run as a process of its own: ``writer.py FILE PIDFILE PAUSE``. It writes until its standard input
ends, then says how many lines there are; with `PAUSE` "asked" it writes one line for each that it
reads, and answers, else as fast as it can, with so many seconds in between.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclass(kw_only=True)
class Writer:
    """One that runs."""

    process: subprocess.Popen[bytes]
    lines: int = 0

    def ask(self) -> None:
        """Have it write one line."""
        self._input().write(b"\n")
        self._input().flush()
        self._output().readline()

    def end(self) -> None:
        """Have it end; `lines` says then how many it wrote."""
        if self.process.poll() is None:
            self._input().close()
            self.lines = int(self._output().readlines()[-1])
            self.process.wait(30)

    def _input(self) -> IO[bytes]:
        assert self.process.stdin is not None
        return self.process.stdin

    def _output(self) -> IO[bytes]:
        assert self.process.stdout is not None
        return self.process.stdout


@contextmanager
def writing(path: Path, *, pause: str = "0") -> Iterator[Writer]:
    """Have a program write to a file for the block; its pid file is `writer.pid` beside it."""
    pid_file = path.parent.parent / "writer.pid"
    process = subprocess.Popen(
        [sys.executable, __file__, str(path), str(pid_file), pause],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with process:
        assert process.stdout is not None
        assert b"ready\n" == process.stdout.readline()
        writer = Writer(process=process)
        try:
            yield writer
        finally:
            writer.end()


def main(path: str, pid_file: str, pause: str) -> None:
    """Write until the input ends."""
    reopen = [False]
    signal.signal(signal.SIGHUP, lambda *_: reopen.__setitem__(0, True))
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
    file = os.open(path, flags, 0o644)
    with open(pid_file, "w", encoding="ascii") as written:
        written.write(f"{os.getpid()}\n")
    print("ready", flush=True)  # noqa: T201  # what it says is for the test
    number = 0
    while True:
        if pause == "asked":
            if not sys.stdin.buffer.readline():
                break
        elif select.select([sys.stdin], [], [], float(pause))[0]:
            break
        if reopen[0]:
            reopen[0] = False
            os.close(file)
            file = os.open(path, flags, 0o644)
        os.write(file, b"%08d a line of the log at %f\n" % (number, time.time()))
        number += 1
        if pause == "asked":
            print(flush=True)  # noqa: T201  # the answer
    print(number, flush=True)  # noqa: T201  # the result


if __name__ == "__main__":
    main(*sys.argv[1:])
