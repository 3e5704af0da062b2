"""A network of the test's own: loopback and one address beyond it, with routing by user.

Servers that a test starts inside the block listen there; the machine's network is not touched.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import subprocess
from typing import TYPE_CHECKING, Final

from tests.sandbox.request import USER_ID

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

NEW_NETWORK: Final = 0x40000000
"""``CLONE_NEWNET`` of linux/sched.h."""

BEYOND: Final = "192.0.2.7"
"""An address that is not loopback."""

_LIBC: Final = ctypes.CDLL(None, use_errno=True)


@contextlib.contextmanager
def own_network() -> Iterator[None]:
    """Put this thread, and what it starts, into a network of its own until the block ends."""
    before = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    try:
        _checked(_LIBC.unshare(NEW_NETWORK))
        _ip("link", "set", "lo", "up")
        _ip("addr", "add", f"{BEYOND}/32", "dev", "lo")
        # The rules of one user come before that of local addresses, which is the first by default.
        _ip("rule", "add", "pref", "1000", "lookup", "local")
        _ip("rule", "del", "pref", "0")
        yield
    finally:
        _checked(_LIBC.setns(before, NEW_NETWORK))
        os.close(before)


@contextlib.contextmanager
def reaching(networks: Sequence[str] | None) -> Iterator[None]:
    """Let the jobs' user reach these networks alone, all when None, until the block ends."""
    rules = [] if networks is None else [*(("to", net) for net in networks), ()]
    made = []
    for number, rule in enumerate(rules):
        what = ("lookup", "local") if rule else ("prohibit",)
        preference = str(100 + number)
        _ip("rule", "add", "pref", preference, "uidrange", f"{USER_ID}-{USER_ID}", *rule, *what)
        made.append(preference)
    try:
        yield
    finally:
        for preference in made:
            _ip("rule", "del", "pref", preference)


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True)


def _checked(result: int) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
