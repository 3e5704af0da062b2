"""Which processes live, whose descendants they are, and how to signal them without a mistake.

Everything is read from /proc. A process is named by pid, start time and boot, so that a reused
pid is never taken for the process that had it before; signals go through pidfds for that reason.
"""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING, Final

from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    from collections.abc import Iterable

MARK: Final = "OPSRUN_STEP"
"""Environment variable of a step and all its descendants; its value names the step's run."""

OCCURRENCE: Final = "OPSRUN_OCCURRENCE"
"""Environment variable of a step that names what is being done, the same in every attempt: what is
asked of others under it can be told from what was asked before an attempt was cut off."""
FIRST_PID_NAMESPACE: Final = "4026531836"
"""Number of the namespace that the machine begins with (`PROC_PID_INIT_INO` of linux/proc_ns.h)."""
SEPARATOR: Final = "."
"""Stands between the boot and the namespace."""


@frozen
class Process(Frozen):
    """One process of this host: `start_ticks` since boot, and `boot`, empty when it is hidden.

    Of a process in a PID namespace of its own, as in a pod, `boot` also names that.
    """

    pid: int
    start_ticks: int
    boot: str


def boot_id() -> str:
    """Return the kernel's id of this boot; empty where the sandbox hides it (ProcSubset=pid)."""
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            return file.read().strip()
    except OSError:
        return ""


def pid_scope() -> str:
    """Return what pids are counted in: the boot, and the namespace where it is not the first."""
    boot = boot_id()
    try:
        namespace = os.readlink("/proc/self/ns/pid")
    except OSError:
        return boot
    number = namespace.removeprefix("pid:[").removesuffix("]")
    return boot if not boot or number == FIRST_PID_NAMESPACE else f"{boot}{SEPARATOR}{number}"


def this_process() -> Process:
    """Return the present process."""
    pid = os.getpid()
    return Process(pid=pid, start_ticks=start_ticks(pid) or 0, boot=pid_scope())


def has_namespace(process: Process) -> bool:
    """Return whether a process is in a PID namespace of its own."""
    return SEPARATOR in process.boot


def is_visible(process: Process) -> bool:
    """Return whether a process, if it lives, can be seen from here."""
    return not has_namespace(process) or process.boot == pid_scope()


def is_alive(process: Process) -> bool:
    """Return whether the process still runs: the same pid, start time and boot, and no zombie.

    It must be one that `is_visible`.
    """
    scope = pid_scope()
    if scope and process.boot and scope != process.boot:
        return False
    stat = _stat(process.pid)
    return stat is not None and stat[0] != "Z" and stat[2] == process.start_ticks


def start_ticks(pid: int) -> int | None:
    """Return when a process started, in clock ticks since boot; None when there is none."""
    stat = _stat(pid)
    return None if stat is None else stat[2]


def children_of_self() -> set[int]:
    """Return the pids of the direct children, zombies too.

    A child leaves the kernel's list when it is waited for, and nobody else does that: none is left
    out of it.
    """
    found: set[int] = set()
    for thread in os.listdir("/proc/self/task"):
        try:
            with open(f"/proc/self/task/{thread}/children", "rb") as file:
                found.update(map(int, file.read().split()))
        except FileNotFoundError:
            # A kernel without such lists, or a thread that has just ended.
            return _children_of_self()
    return found


def _children_of_self() -> set[int]:
    """Return the direct children as every process tells its parent: that takes longer."""
    own = os.getpid()
    return {pid for pid in _pids() if (stat := _stat(pid)) is not None and stat[1] == own}


def descendants(roots: Iterable[int]) -> list[int]:
    """Given pids, return those that live and all their living descendants, parents first."""
    roots = list(roots)
    if all(map(_has_ended, roots)):
        return []
    children: dict[int, list[int]] = {}
    living: set[int] = set()
    for pid in _pids():
        stat = _stat(pid)
        if stat is not None:
            children.setdefault(stat[1], []).append(pid)
            if stat[0] != "Z":
                living.add(pid)
    found, waiting = [], list(roots)
    while waiting:
        pid = waiting.pop(0)
        if pid in living:
            found.append(pid)
        waiting.extend(children.get(pid, ()))
    return found


def _has_ended(pid: int) -> bool:
    """Return whether a process has ended, with all its threads: then it has no children either."""
    try:
        return len(os.listdir(f"/proc/{pid}/task")) <= 1 and (_stat(pid) or "Z")[0] == "Z"
    except OSError:
        return True


def marked(value: str) -> list[int]:
    """Return the living processes whose environment carries `MARK` with this value."""
    wanted = f"{MARK}={value}".encode()
    found = []
    for pid in _pids():
        try:
            with open(f"/proc/{pid}/environ", "rb") as file:
                environment = file.read()
        except OSError:
            continue
        if wanted in environment.split(b"\0"):
            found.append(pid)
    return found


def send(pid: int, number: signal.Signals) -> None:
    """Send a signal to a process as it is now; one that is gone, or not ours, is passed over."""
    ticks = start_ticks(pid)
    try:
        handle = os.pidfd_open(pid)
    except OSError:
        return
    try:
        if ticks is not None and start_ticks(pid) == ticks:
            signal.pidfd_send_signal(handle, number)
    except (ProcessLookupError, PermissionError):
        return
    finally:
        os.close(handle)


def _pids() -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def _stat(pid: int) -> tuple[str, int, int] | None:
    """Return state letter, parent's pid and start time of a process, or None."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            line = file.read()
    except OSError:
        return None
    # The command in parentheses may hold spaces and parentheses: the rest begins after the last.
    fields = line[line.rfind(b")") + 2 :].split()
    return fields[0].decode(), int(fields[1]), int(fields[19])
