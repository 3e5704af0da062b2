"""Where the web listens: the text of an address enters, an open socket or a refusal leaves."""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING, Final

from runtime.errors import PlanError, RunError

if TYPE_CHECKING:
    from runtime.contract.serve import Serve

BACKLOG: Final = 128


def split_address(listen: str) -> tuple[str, int]:
    """Given ``host:port``, return both. Raise `PlanError` when it is no such text."""
    host, _, port = listen.rpartition(":")
    if not host or not port.isascii() or not port.isdecimal() or int(port) > 65_535:
        raise PlanError(f"`{listen}` is no address to listen on: write `127.0.0.1:9465`")
    return host.removeprefix("[").removesuffix("]"), int(port)


def refusal(settings: Serve) -> str | None:
    """Return why a web with these settings must not listen, or None."""
    split_address(settings.listen)
    if settings.is_local or settings.is_guarded:
        return None
    return (
        f"{settings.listen} can be reached from other hosts, and anybody there could ask: give"
        " `stack.opsrun.serve` a `token`, or a `tls` with a `client_ca`, or listen on 127.0.0.1"
    )


def remark(settings: Serve) -> str | None:
    """Return what is worth a word about settings that are not refused, or None."""
    if settings.is_local or settings.tls is not None:
        return None
    return f"the token travels to {settings.listen} in plain: give `stack.opsrun.serve` a `tls`"


def listen_on(listen: str) -> socket.socket:
    """Given ``host:port``, return a socket that listens there. Raise `RunError` when it cannot."""
    host, port = split_address(listen)
    try:
        found = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE | socket.AI_NUMERICSERV
        )
        opened = socket.socket(found[0][0], socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
        try:
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            opened.bind(found[0][4])
            opened.listen(BACKLOG)
        except BaseException:
            opened.close()
            raise
    except OSError as error:
        said = error.strerror or os.strerror(error.errno or 0)
        raise RunError(f"cannot listen on {listen}: {said}") from None
    return opened
