"""What systemd is told of a service of ``Type=notify``; elsewhere nobody is told."""

from __future__ import annotations

import contextlib
import os
import socket
from typing import Final

VARIABLE: Final = "NOTIFY_SOCKET"
WATCHDOG: Final = "WATCHDOG_USEC"

HEARD_SECONDS: Final = 1.0
"""How long it is waited when systemd has not yet heard what it was told before."""


def tell(state: str) -> None:
    """Tell systemd ``READY=1``, ``STOPPING=1`` and the like; that it cannot hear is no fault."""
    address = os.environ.get(VARIABLE, "")
    if not address:
        return
    # `@` stands for the zero byte of an abstract address.
    address = f"\0{address[1:]}" if address.startswith("@") else address
    with (
        contextlib.suppress(OSError),
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel,
    ):
        channel.settimeout(HEARD_SECONDS)
        channel.connect(address)
        channel.sendall(state.encode())


def has_watchdog() -> bool:
    """Return whether systemd waits to be told, again and again, that all is well."""
    return bool(os.environ.get(WATCHDOG))
