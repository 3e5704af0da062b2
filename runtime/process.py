"""Run one child process with a timeout, and leave nothing of it behind.

The child leads a session of its own. This process is the subreaper of its descendants, so one
that called `setsid` and lost its parent becomes our child and is found; at the end, or at the
timeout, everything of that lineage gets TERM, the grace, then KILL. Output goes into a file.

The machine's own clock is asked, never an injected one: a real process runs and dies in real time,
and a clock that is turned would end the waiting while the process still lives.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import select
import signal
import subprocess
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from runtime import lineage
from runtime.errors import StepError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from runtime.output import CappedOutput
    from runtime.stop import StopRequest

PR_SET_PDEATHSIG: Final = 1
PR_SET_CHILD_SUBREAPER: Final = 36
"""Numbers of <linux/prctl.h>."""

TICK_SECONDS: Final = 0.2
"""How often a running child's output is looked at."""

KILL_SECONDS: Final = 10.0
"""How long KILL is repeated before survivors (in uninterruptible sleep) are given up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What to run: an argv, the whole environment, what stands on standard input."""

    argv: Sequence[str]
    environment: Mapping[str, str]
    input_bytes: bytes = b""
    timeout_seconds: float
    grace_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How the child ended.

    `exit_code` is negative for a signal; `left_over` counts the descendants that outlived the
    child and were stopped.
    """

    exit_code: int
    timed_out: bool
    stopped: bool
    left_over: int
    duration_seconds: float


def become_subreaper() -> None:
    """Make orphaned descendants children of this process instead of init's."""
    _prctl(PR_SET_CHILD_SUBREAPER, 1)


def die_with_parent() -> None:
    """Have the kernel kill this process when its parent ends."""
    _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def run(
    command: Command,
    output: CappedOutput,
    *,
    stop: StopRequest | None = None,
    started: Callable[[int], None] | None = None,
) -> Ended:
    """Run the command to its end and return how it ended.

    `started` is told the child's pid. Raise `StepError` when the child cannot be started. Call
    from one thread at a time: children that appear meanwhile are taken for the command's.
    """
    become_subreaper()
    others = lineage.children_of_self()
    began = time.monotonic()
    child = _start(command, output)
    try:
        if started is not None:
            started(child.pid)
        reason = _wait(child, output, began + command.timeout_seconds, stop)
        left_over = _stop_lineage(child, others, command.grace_seconds)
    except BaseException:
        _stop_lineage(child, others, 0)
        raise
    return Ended(
        exit_code=child.returncode,
        timed_out=reason == "timeout",
        stopped=reason == "stop",
        left_over=left_over if reason == "ended" else 0,
        duration_seconds=time.monotonic() - began,
    )


def stop_marked(value: str, grace_seconds: float) -> int:
    """Stop every process that carries this mark, of a runner that is gone; return how many."""
    found = lineage.marked(value)
    _stop(lambda: lineage.marked(value), grace_seconds)
    return len(found)


def _start(command: Command, output: CappedOutput) -> subprocess.Popen[bytes]:
    reader = os.memfd_create("opsrun-input", os.MFD_CLOEXEC)
    try:
        os.write(reader, command.input_bytes)
        os.lseek(reader, 0, os.SEEK_SET)
        return subprocess.Popen(
            list(command.argv),
            stdin=reader,
            stdout=output.descriptor,
            stderr=output.descriptor,
            env=dict(command.environment),
            start_new_session=True,
        )
    except OSError as error:
        raise StepError(f"`{command.argv[0]}` cannot be started: {error.strerror}") from error
    finally:
        os.close(reader)


def _wait(
    child: subprocess.Popen[bytes],
    output: CappedOutput,
    deadline: float,
    stop: StopRequest | None,
) -> str:
    """Wait for the child, the deadline or the stop; return `ended`, `timeout` or `stop`."""
    handle = os.pidfd_open(child.pid)
    poll = select.poll()
    poll.register(handle, select.POLLIN)
    if stop is not None:
        poll.register(stop.descriptor, select.POLLIN)
    try:
        while True:
            left = deadline - time.monotonic()
            ready = {fd for fd, _ in poll.poll(max(0.0, min(left, TICK_SECONDS)) * 1000)}
            output.trim()
            if handle in ready:
                return "ended"
            if ready:
                return "stop"
            if left <= 0:
                return "timeout"
    finally:
        os.close(handle)


def _stop_lineage(child: subprocess.Popen[bytes], others: set[int], grace_seconds: float) -> int:
    """Stop the child and all that descends from it, reap it; return how many outlived it."""

    def members() -> list[int]:
        _reap(child, others)
        roots = lineage.children_of_self() - others
        return lineage.descendants(roots)

    found = members()
    if found:
        _stop(members, grace_seconds)
    child.wait(timeout=KILL_SECONDS)
    _reap(child, others)
    return len(found)


def _reap(child: subprocess.Popen[bytes], others: set[int]) -> None:
    """Reap the child and the orphans that became ours; children from before stay untouched."""
    child.poll()
    for pid in lineage.children_of_self() - others - {child.pid}:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)


def _stop(members: Callable[[], list[int]], grace_seconds: float) -> None:
    """Send TERM, wait the grace, then KILL until none is left or KILL_SECONDS have passed."""
    if grace_seconds > 0:
        for pid in members():
            lineage.send(pid, signal.SIGTERM)
        if _gone_within(members, grace_seconds):
            return
    deadline = time.monotonic() + KILL_SECONDS
    while time.monotonic() < deadline:
        living = members()
        if not living:
            return
        # All are stopped before the first is killed, so that none forks on meanwhile.
        for number in (signal.SIGSTOP, signal.SIGKILL):
            for pid in living:
                lineage.send(pid, number)
        time.sleep(0.005)


def _gone_within(members: Callable[[], list[int]], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while members():
        if time.monotonic() >= deadline:
            return False
        time.sleep(0.01)
    return True


def _prctl(option: int, value: int) -> None:
    """Call prctl(2). Raise `OSError` when the kernel refuses."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(option, value, 0, 0, 0) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
