"""Peers that mean no good: they ask too much, nonsense, without leave, or hold a connection."""

from __future__ import annotations

import random
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event
from typing import TYPE_CHECKING, Final

from tests.runtime.serve.resident import TOKEN

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE_SECONDS: Final = 0.5
"""How long a peer holds a connection before it opens another one."""

_HEAD: Final = b"POST /alerts HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
_KNOWN: Final = _HEAD + f"Authorization: Bearer {TOKEN}\r\n".encode()

ATTACKS: Final = {
    "too long": _KNOWN + b"Content-Length: 5000000\r\n\r\n" + b" " * 100_000,
    "too long, untold": _KNOWN
    + b"Transfer-Encoding: chunked\r\n\r\n"
    + (b"80000\r\n" + b" " * 2**19 + b"\r\n") * 9,
    "no post": _KNOWN + b'Content-Length: 13\r\n\r\n{"alerts": 1}',
    "no JSON": _KNOWN + b"Content-Length: 100000\r\n\r\n" + b"[" * 100_000,
    "no HTTP": b"\x16\x03\x01" + bytes(random.Random(1).randbytes(1000)),
    "no head": b"GET /" + b"a" * 100_000,
    "no token": _HEAD + b"Content-Length: 2\r\n\r\n{}",
    "another's token": _HEAD + b"Authorization: Bearer guessed\r\nContent-Length: 2\r\n\r\n{}",
    "half a head": _KNOWN,
    "half a body": _KNOWN + b'Content-Length: 1000\r\n\r\n{"version"',
    "a body for nobody": b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n"
    b"Content-Length: 100000000\r\n\r\n{",
    "nothing": b"",
}


@contextmanager
def attacked(address: tuple[str, int]) -> Iterator[dict[str, int]]:
    """Attack an address in every way for a block; the value counts, by way, how often."""
    is_over, counts = Event(), dict.fromkeys(ATTACKS, 0)

    def attack(way: str) -> None:
        while not is_over.is_set():
            try:
                with socket.create_connection(address, timeout=PATIENCE_SECONDS) as connection:
                    connection.sendall(ATTACKS[way])
                    while connection.recv(65_536):
                        pass
            except OSError:
                # Refused, broken off or not answered: so it should be.
                pass
            counts[way] += 1

    with ThreadPoolExecutor(len(ATTACKS)) as pool:
        attacks = [pool.submit(attack, way) for way in ATTACKS]
        try:
            yield counts
        finally:
            is_over.set()
    for each in attacks:
        each.result()
