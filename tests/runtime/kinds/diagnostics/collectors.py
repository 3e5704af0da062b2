"""Collectors that misbehave, each in its own way; and one that does not."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from runtime.kinds.diagnostics.desk import Desk


def collect(desk: Desk) -> None:
    """Do what the name of the unit that is asked for says."""
    how = desk.asked.units[0]
    desk.write("first.txt", "found before that\n")
    ACTS[how](desk)


def _behave(desk: Desk) -> None:
    desk.striking("all is well")


def _hang(desk: Desk) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    # A descendant hangs on too.
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    desk.write("pid.txt", str(os.getpid()))
    time.sleep(600)


def _flood(desk: Desk) -> None:
    line = b"x" * 1023 + b"\n"
    while True:
        desk.write("flood.txt", line * 1024)


def _flood_words(desk: Desk) -> None:
    while True:
        desk.fault("x" * 10_000)


def _raise(desk: Desk) -> None:
    raise ValueError("password=canary-of-an-error")


def _die(desk: Desk) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _hoard(desk: Desk) -> None:
    hoard = [b"x" * 2**20 for _ in range(4096)]
    desk.write("hoard.txt", str(len(hoard)))


def _print(desk: Desk) -> None:
    sys.stdout.write('{"kind": "fault", "text": "forged", "bytes": 0}\n')
    sys.stdout.flush()


ACTS = {
    "behave": _behave,
    "hang": _hang,
    "flood": _flood,
    "flood_words": _flood_words,
    "raise": _raise,
    "die": _die,
    "hoard": _hoard,
    "print": _print,
}
