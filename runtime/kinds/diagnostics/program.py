"""Ask a program of the host: an argv enters, the beginning of what it wrote leaves."""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import subprocess
import time
from typing import Final

from runtime.kinds.health.answer import CheckError

READ_BYTES: Final = 64 * 2**10


def has(program: str) -> bool:
    """Whether a program is on the PATH."""
    return shutil.which(program) is not None


def asked(*argv: str, seconds: float, limit_bytes: int) -> bytes:
    """Run a program and return its output, at most so much of it.

    Raise `CheckError` when it is not there, fails, or takes too long. Its errors are not passed on:
    only what it exits with.
    """
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
            found, is_whole = _read(process, time.monotonic() + seconds, limit_bytes)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
    if found is None:
        raise CheckError(f"{argv[0]} did not answer within {seconds:.1f}s")
    if is_whole and process.returncode not in (0, -signal.SIGKILL) and not found:
        raise CheckError(f"{argv[0]} ended with {process.returncode}")
    return found


def _read(
    process: subprocess.Popen[bytes], deadline: float, limit_bytes: int
) -> tuple[bytes | None, bool]:
    """Return what a process writes, None when it is late, and whether that is all of it."""
    found = bytearray()
    if process.stdout is None:
        return None, False
    descriptor = process.stdout.fileno()
    while len(found) < limit_bytes:
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([descriptor], [], [], left)[0]:
            return None, False
        content = os.read(descriptor, min(READ_BYTES, limit_bytes - len(found)))
        if not content:
            # It has closed its output, and ends: the exit code is worth the moment.
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(deadline - time.monotonic(), 0))
            return bytes(found), True
        found += content
    return bytes(found), False
