"""Ask a program of the host: an argv enters, what it wrote leaves, within limits.

What is beyond goes by whole lines: half a secret does not look like one.
"""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import subprocess
import time
from typing import Final, NamedTuple

from runtime.kinds.health.answer import CheckError

READ_BYTES: Final = 64 * 2**10


class Said(NamedTuple):
    """What a program wrote, in whole lines, and whether that is not all of it."""

    content: bytes
    is_cut: bool


def has(program: str) -> bool:
    """Whether a program is on the PATH."""
    return shutil.which(program) is not None


def asked(*argv: str, seconds: float, limit_bytes: int) -> bytes:
    """Run a program and return the beginning of its output, at most so much of it.

    Raise `CheckError` when it is not there, fails, or takes too long. Its errors are not passed on:
    only what it exits with.
    """
    return _asked(argv, seconds, limit_bytes, keeps_end=False).content


def end_of(*argv: str, seconds: float, limit_bytes: int) -> Said:
    """Run a program and return the end of its output, at most so much of it; raise as `asked`."""
    return _asked(argv, seconds, limit_bytes, keeps_end=True)


def _asked(argv: tuple[str, ...], seconds: float, limit_bytes: int, *, keeps_end: bool) -> Said:
    try:
        process = subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except FileNotFoundError:
        raise CheckError(f"there is no {argv[0]} here") from None
    except OSError as error:
        raise CheckError(f"{argv[0]} cannot be started: {error.strerror}") from None
    with process:
        try:
            deadline = time.monotonic() + seconds
            found, has_ended = _read(process, deadline, limit_bytes, keeps_end=keeps_end)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
    if found is None:
        raise CheckError(f"{argv[0]} did not answer within {seconds:.1f}s")
    if has_ended and process.returncode not in (0, -signal.SIGKILL) and not found:
        raise CheckError(f"{argv[0]} ended with {process.returncode}")
    if len(found) <= limit_bytes:
        return Said(found, is_cut=False)
    if keeps_end:
        first = found.find(b"\n", len(found) - limit_bytes - 1) + 1 or len(found)
        return Said(found[first:], is_cut=True)
    return Said(found[: found.rfind(b"\n", 0, limit_bytes) + 1], is_cut=True)


def _read(
    process: subprocess.Popen[bytes], deadline: float, limit_bytes: int, *, keeps_end: bool
) -> tuple[bytes | None, bool]:
    """Return what a process writes, None when it is late, and whether it has ended.

    Of what is beyond the limit there is a little more than that, of its beginning or its end.
    """
    found = bytearray()
    if process.stdout is None:
        return None, False
    descriptor = process.stdout.fileno()
    while keeps_end or len(found) <= limit_bytes:
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([descriptor], [], [], left)[0]:
            return None, False
        content = os.read(descriptor, READ_BYTES)
        if not content:
            # It has closed its output, and ends: the exit code is worth the moment.
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(deadline - time.monotonic(), 0))
            return bytes(found), True
        found += content
        if len(found) > 2 * limit_bytes + READ_BYTES:
            del found[: -limit_bytes - READ_BYTES]
    return bytes(found), False
