"""The last process before the job, as its user: the filters of system calls, then the job.

Its argument is the request; the filters are libseccomp's, one for each setting, as systemd does it.
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
import sys
from typing import Any, Final

ALLOW: Final = 0x7FFF0000
NOT_EQUAL, EQUAL, MASKED_EQUAL = 1, 4, 7
"""Of seccomp.h."""

FAMILIES: Final = {"AF_UNIX": 1, "AF_INET": 2, "AF_INET6": 10, "AF_NETLINK": 16}
NAMESPACES: Final = (0x00020000, 0x02000000, *(0x04000000 << bit for bit in range(5)))
WRITABLE, EXECUTABLE, SHARED_EXECUTABLE = 2, 4, 0o100000
SUID_BITS: Final = (0o4000, 0o2000)
REALTIME: Final = (1, 2, 6)


class Comparison(ctypes.Structure):
    """``struct scmp_arg_cmp``: an argument (0-indexed), how it is compared, and with what."""

    _fields_ = [
        ("argument", ctypes.c_uint),
        ("how", ctypes.c_int),
        ("first", ctypes.c_uint64),
        ("second", ctypes.c_uint64),
    ]


class Filter:
    """A filter that lets calls through, or refuses them, but for its rules."""

    def __init__(self, library: Any, default: int) -> None:
        self.library = library
        self.context = ctypes.c_void_p(library.seccomp_init(ctypes.c_uint32(default)))

    def add(self, action: int, call: str, *comparisons: Comparison) -> None:
        """Add a rule for a call, where this machine has it."""
        number = self.library.seccomp_syscall_resolve_name(call.encode())
        if number < 0:
            return
        rules = (Comparison * len(comparisons))(*comparisons)
        result = self.library.seccomp_rule_add_array(
            self.context, ctypes.c_uint32(action), number, len(comparisons), rules
        )
        if result not in (0, -errno.EEXIST):
            raise OSError(-result, f"seccomp rule for {call}")

    def load(self) -> None:
        """Put the filter into force."""
        result = self.library.seccomp_load(self.context)
        if result != 0:
            raise OSError(-result, "seccomp_load")


def refused(number: int) -> int:
    """Return the action that makes a call fail with an error number."""
    return 0x00050000 | number


def main() -> None:
    """Put all filters into force and become the job."""
    request: dict[str, Any] = json.loads(sys.argv[1])
    library = ctypes.CDLL("libseccomp.so.2")
    library.seccomp_init.restype = ctypes.c_void_p
    os.umask(request["umask"])
    argv, environment = request["argv"], request["environment"]
    for each in _filters(library, request):
        each.load()
    try:
        os.execvpe(argv[0], argv, environment)  # noqa: S606  # no shell is the point
    except OSError as error:
        sys.stderr.write(f"sandbox: {argv[0]}: {error.strerror}\n")
        sys.exit(203)


def _filters(library: Any, request: dict[str, Any]) -> list[Filter]:
    """Return the filters, the one that may forbid further ones last."""
    found = []
    if request["families"]:
        found.append(_families(library, request["families"]))
    if request["denies_code"]:
        found.append(_code(library))
    if request["denies_namespaces"]:
        found.append(_namespaces(library))
    if request["denies_realtime"] or request["denies_suid"]:
        found.append(_modes(library))
    if request["calls"]:
        whole = Filter(library, refused(errno.EPERM))
        for call in request["calls"]:
            whole.add(ALLOW, call)
        found.append(whole)
    return found


def _families(library: Any, names: list[str]) -> Filter:
    made = Filter(library, ALLOW)
    allowed = {FAMILIES[name] for name in names}
    for family in range(64):
        if family not in allowed:
            made.add(refused(errno.EAFNOSUPPORT), "socket", Comparison(0, EQUAL, family, 0))
    return made


def _code(library: Any) -> Filter:
    made = Filter(library, ALLOW)
    both = WRITABLE | EXECUTABLE
    made.add(refused(errno.EPERM), "mmap", Comparison(2, MASKED_EQUAL, both, both))
    for call in ("mprotect", "pkey_mprotect"):
        rule = Comparison(2, MASKED_EQUAL, EXECUTABLE, EXECUTABLE)
        made.add(refused(errno.EPERM), call, rule)
    shared = Comparison(2, MASKED_EQUAL, SHARED_EXECUTABLE, SHARED_EXECUTABLE)
    made.add(refused(errno.EPERM), "shmat", shared)
    return made


def _namespaces(library: Any) -> Filter:
    made = Filter(library, ALLOW)
    made.add(refused(errno.ENOSYS), "clone3")
    made.add(refused(errno.EPERM), "setns")
    for flag in NAMESPACES:
        made.add(refused(errno.EPERM), "unshare", Comparison(0, MASKED_EQUAL, flag, flag))
        made.add(refused(errno.EPERM), "clone", Comparison(0, MASKED_EQUAL, flag, flag))
    return made


def _modes(library: Any) -> Filter:
    made = Filter(library, ALLOW)
    for policy in REALTIME:
        made.add(refused(errno.EPERM), "sched_setscheduler", Comparison(1, EQUAL, policy, 0))
    for bit in SUID_BITS:
        for call, argument in (("chmod", 1), ("fchmod", 1), ("fchmodat", 2)):
            made.add(refused(errno.EPERM), call, Comparison(argument, MASKED_EQUAL, bit, bit))
    return made


if __name__ == "__main__":
    main()
