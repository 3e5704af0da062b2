"""The processes of the scheduler: a task enters, a forked process and later its end leave.

Whoever forks has one thread and no journal open, so that a child begins with nothing half done.
"""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import sys
import traceback
from typing import TYPE_CHECKING, Final

from runtime.contract.frozen import Frozen, frozen
from runtime.errors import RunError
from runtime.order import exit_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BUG: Final = 70
"""What a process exits with that met what nobody foresaw."""

_BLOCKED: Final = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD)


@frozen
class Member(Frozen):
    """One process. `handle` is a descriptor that becomes readable when it ends."""

    title: str
    pid: int
    handle: int


class Crew:
    """The processes that live, by their handles."""

    def __init__(self) -> None:
        self.members: dict[int, Member] = {}

    def __iter__(self) -> Iterator[Member]:
        return iter(tuple(self.members.values()))

    def start(self, title: str, act: Callable[[], int], *, kept: tuple[int, ...] = ()) -> Member:
        """Fork a process that does `act`, and exits with what that returns.

        It leads a session of its own, and has `kept` and the three standard descriptors, none
        else. Raise `OSError` when the system has no room for it.
        """
        # A signal in between would be taken for one to this process.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, _BLOCKED)
        # What is there stays as it is: a collection would copy every page that it looks at.
        gc.freeze()
        try:
            pid = os.fork()
            if pid == 0:
                _be_a_child(act, kept, before)
            member = Member(title=title, pid=pid, handle=_handle_of(pid))
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        self.members[member.handle] = member
        return member

    def reap(self, member: Member) -> int:
        """Forget a process that has ended; return its exit code, negative for a signal."""
        del self.members[member.handle]
        os.close(member.handle)
        return os.waitstatus_to_exitcode(os.waitpid(member.pid, 0)[1])


def _handle_of(pid: int) -> int:
    """Return a descriptor of a child; without one, end it, and raise `OSError`.

    Nobody would ever hear of it again.
    """
    try:
        return os.pidfd_open(pid)
    except OSError:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        raise


def send(member: Member, number: signal.Signals) -> None:
    """Send a signal to a process that was not reaped."""
    with contextlib.suppress(ProcessLookupError):
        signal.pidfd_send_signal(member.handle, number)


def _be_a_child(act: Callable[[], int], kept: tuple[int, ...], mask: set[int]) -> None:
    """Go on as a child, to its end."""
    code = BUG
    try:
        os.setsid()
        for number in _BLOCKED:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        _close_others(kept)
        code = act()
    except (RunError, OSError) as error:
        code = exit_of(error)
    except BaseException:  # noqa: BLE001 - nothing may return into the course of the parent
        traceback.print_exc()
    finally:
        with contextlib.suppress(OSError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def _close_others(kept: tuple[int, ...]) -> None:
    """Close what the parent has open: its lock and its sockets must not outlive it here."""
    for name in os.listdir("/proc/self/fd"):
        if int(name) > 2 and int(name) not in kept:
            with contextlib.suppress(OSError):
                os.close(int(name))
