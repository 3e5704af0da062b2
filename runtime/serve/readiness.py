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


def tell_alive() -> None:
    """Tell the watchdog of systemd that all is well; what it cannot hear now is told again."""
    if os.environ.get(WATCHDOG):
        tell("WATCHDOG=1", 0)


def tell(state: str, patience_seconds: float = HEARD_SECONDS) -> None:
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
        channel.settimeout(patience_seconds)
        channel.connect(address)
        channel.sendall(state.encode())
