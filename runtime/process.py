"""Run one child process with a timeout, and leave nothing of it behind.

The child leads a session of its own. This process is the subreaper of its descendants, so one
that called `setsid` and lost its parent becomes our child and is found; at the end, or at the
timeout, everything of that lineage gets TERM, the grace, then KILL. Output comes through a pipe
that is read all the while and whose end nobody waits for.

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
import threading
import time
from typing import TYPE_CHECKING, Final

from runtime import lineage
from runtime.contract.frozen import Frozen, frozen
from runtime.errors import StepError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from runtime.output import CappedOutput
    from runtime.stop import StopRequest

PR_SET_PDEATHSIG: Final = 1
PR_SET_CHILD_SUBREAPER: Final = 36
"""Numbers of <linux/prctl.h>."""

LONGEST_POLL_SECONDS: Final = 86_400.0
"""How long poll(2) is asked to wait at once: it counts milliseconds in 31 bits."""

READ_BYTES: Final = 64 * 2**10
"""Most that is read of a child's output at once: what a pipe holds."""

PIPE_READS: Final = 16
"""How often a pipe is read, at most, after the child and its descendants have ended."""

KILL_SECONDS: Final = 10.0
"""How long KILL is repeated before survivors (in uninterruptible sleep) are given up."""


@frozen
class Command(Frozen):
    """What to run: an argv, the whole environment, what stands on standard input.

    `kept_descriptors` are handed to it: locks, which it then holds as well.
    """

    argv: Sequence[str]
    environment: Mapping[str, str]
    input_bytes: bytes = b""
    directory: str | None = None
    kept_descriptors: tuple[int, ...] = ()
    timeout_seconds: float
    grace_seconds: float


@frozen
class Ended(Frozen):
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
    with Listener(output) as listener:
        child = _start(command, listener.writer)
        try:
            if started is not None:
                started(child.pid)
            reason = _wait(child, began + command.timeout_seconds, stop)
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


class Listener:
    """Reads what a child writes, in a thread, until the context ends; what is there then is read.

    That the output cannot be kept stops no child; `CappedOutput.fault` says it.
    """

    def __init__(self, output: CappedOutput) -> None:
        self.output = output
        self.reader, self.writer = os.pipe2(os.O_CLOEXEC)
        self._ended, self._end = os.pipe2(os.O_CLOEXEC)
        self._thread = threading.Thread(target=self._listen, name="output", daemon=True)

    def __enter__(self) -> Listener:
        """Begin to read."""
        os.set_blocking(self.reader, False)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Read what is still there, and close both ends of the pipe."""
        os.close(self.writer)
        os.close(self._end)
        self._thread.join()
        os.close(self.reader)
        os.close(self._ended)

    def _listen(self) -> None:
        poll = select.poll()
        poll.register(self.reader, select.POLLIN)
        poll.register(self._ended, select.POLLIN)
        while self._ended not in {descriptor for descriptor, _ in poll.poll()}:
            self._read()
        # No more than a pipe holds: a survivor that writes on is not listened to for ever.
        for _ in range(PIPE_READS):
            if not self._read():
                break

    def _read(self) -> bool:
        """Read once; return whether there was anything."""
        try:
            content = os.read(self.reader, READ_BYTES)
        except BlockingIOError:
            return False
        self.output.feed(content)
        return bool(content)


def _start(command: Command, writer: int) -> subprocess.Popen[bytes]:
    reader = os.memfd_create("opsrun-input", os.MFD_CLOEXEC)
    try:
        os.write(reader, command.input_bytes)
        os.lseek(reader, 0, os.SEEK_SET)
        return subprocess.Popen(
            list(command.argv),
            stdin=reader,
            stdout=writer,
            stderr=writer,
            env=dict(command.environment),
            cwd=command.directory,
            pass_fds=command.kept_descriptors,
            start_new_session=True,
        )
    except OSError as error:
        # Python names the folder when it is that which is not there.
        where = f" in {error.filename}" if error.filename == command.directory else ""
        said = f"`{command.argv[0]}` cannot be started{where}: {error.strerror}"
        raise StepError(said) from error
    except ValueError as error:
        raise StepError(f"`{command.argv[0]}` cannot be started: {error}") from error
    finally:
        os.close(reader)


def _wait(child: subprocess.Popen[bytes], deadline: float, stop: StopRequest | None) -> str:
    """Wait for the child, the deadline or the stop; return `ended`, `timeout` or `stop`."""
    handle = os.pidfd_open(child.pid)
    poll = select.poll()
    poll.register(handle, select.POLLIN)
    for descriptor in stop.descriptors if stop is not None else ():
        poll.register(descriptor, select.POLLIN)
    try:
        while True:
            left = deadline - time.monotonic()
            ready = {fd for fd, _ in poll.poll(max(0.0, min(left, LONGEST_POLL_SECONDS)) * 1000)}
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
    # One that forks and ends all the while is in no list of /proc; the group has it. The child is
    # not reaped before, so that the group's number is nobody else's.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait(timeout=KILL_SECONDS)
    _stop_unseen(members, others)
    return len(found)


def _stop_unseen(members: Callable[[], list[int]], others: set[int]) -> None:
    """Wait until no child is left, as the kernel says, and kill those that show themselves.

    Where there were children before, the kernel's answer says nothing of these.
    """
    deadline = time.monotonic() + KILL_SECONDS
    while time.monotonic() < deadline:
        for pid in members():
            lineage.send(pid, signal.SIGKILL)
        if others or not _has_children():
            return


def _has_children() -> bool:
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True


def _reap(child: subprocess.Popen[bytes], others: set[int]) -> None:
    """Reap the orphans that became ours; the child, and children from before, stay untouched."""
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
