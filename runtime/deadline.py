"""One deadline over a whole exchange with another machine: name lookup, connection, every byte.

A socket's timeout restarts with every byte, so a server that trickles is never late; here the
exchange runs in a thread that is given up at the deadline, its socket closed under it.
"""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

if TYPE_CHECKING:
    import socket

Answer_co = TypeVar("Answer_co", covariant=True)

LONGEST_SECONDS: Final = 24 * 86_400
"""Longest deadline that is kept to: the system counts a socket's in milliseconds of 31 bits."""


class LateError(Exception):
    """There was no answer in time."""


class Exchange(Protocol[Answer_co]):
    """What is done within a deadline; `socket` is what must be closed for it to come to an end."""

    socket: socket.socket | None

    def run(self) -> Answer_co:
        """Ask, and return what came."""


def within(exchange: Exchange[Answer_co], seconds: float) -> Answer_co:
    """Given an exchange, return its answer, or raise what it raises.

    Raise `LateError` when it takes longer than `seconds`, or than `LONGEST_SECONDS`.
    """
    answers: list[Answer_co] = []
    faults: list[BaseException] = []
    done = threading.Event()

    def run() -> None:
        try:
            answers.append(exchange.run())
        except BaseException as error:  # noqa: BLE001 - raised again, in the thread that waits
            faults.append(error)
        done.set()

    threading.Thread(target=run, daemon=True).start()
    # Decided before the socket is closed: a cut answer must not be taken for a whole one.
    is_late = not done.wait(min(seconds, LONGEST_SECONDS))
    if exchange.socket is not None:
        with contextlib.suppress(OSError):
            exchange.socket.shutdown(2)
    if is_late:
        raise LateError(f"no answer within {seconds:g}s")
    if faults:
        raise faults[0]
    return answers[0]
