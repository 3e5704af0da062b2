"""One GET with one deadline over everything: name lookup, connection, answer, body.

The standard library's timeout restarts with every byte, so a server that trickles is never late;
here the exchange runs in a thread that is given up at the deadline, its socket closed under it.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import threading
import time
from dataclasses import dataclass
from typing import Final
from urllib.parse import urljoin, urlsplit

REDIRECTS: Final = 5
"""Most redirects that are followed."""

LONGEST_SECONDS: Final = 24 * 86_400
"""Longest timeout that is kept to: the system counts a socket's in milliseconds of 31 bits."""

_REDIRECT_STATUS: Final = (301, 302, 303, 307, 308)


class HttpError(Exception):
    """There is no answer: not in time, none at all, or none that may be followed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """An answer; `body` is cut at the limit that was asked for."""

    status: int
    body: bytes

    @property
    def text(self) -> str:
        """The body as UTF-8, whatever else replaced."""
        return self.body.decode("utf-8", "replace")


def get(url: str, *, timeout_seconds: float, limit_bytes: int) -> Response:
    """Given an http or https URL, return the answer; redirects stay within the URL's scheme.

    Raise `HttpError` when there is no answer within `timeout_seconds`, or `LONGEST_SECONDS`.
    """
    timeout_seconds = min(timeout_seconds, LONGEST_SECONDS)
    exchange = _Exchange(url, time.monotonic() + timeout_seconds, limit_bytes)
    thread = threading.Thread(target=exchange.run, daemon=True)
    thread.start()
    thread.join(timeout_seconds)
    # Decided before the socket is closed: a cut answer must not be taken for a whole one.
    response, fault = exchange.response, exchange.fault
    exchange.give_up()
    if response is not None:
        return response
    raise HttpError(fault or f"no answer within {timeout_seconds:g}s")


class _Exchange:
    """One GET with its redirects, run by a thread; leaves a response or a fault."""

    def __init__(self, url: str, deadline: float, limit_bytes: int) -> None:
        self.url = url
        self.deadline = deadline
        self.limit_bytes = limit_bytes
        self.response: Response | None = None
        self.fault: str | None = None
        self._socket: socket.socket | None = None

    def run(self) -> None:
        """Ask, follow, and leave what came."""
        try:
            self.response = self._follow()
        except (OSError, http.client.HTTPException, ValueError, HttpError) as error:
            if time.monotonic() < self.deadline:
                text = error.strerror if isinstance(error, OSError) else str(error)
                self.fault = text or str(error) or type(error).__name__

    def give_up(self) -> None:
        """Close the socket, so that a thread that still reads comes to an end."""
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)

    def _follow(self) -> Response:
        url, scheme = self.url, urlsplit(self.url).scheme
        for _ in range(REDIRECTS + 1):
            status, location, body = self._ask(url)
            if status not in _REDIRECT_STATUS or location is None:
                return Response(status=status, body=body)
            url = urljoin(url, location)
            if urlsplit(url).scheme != scheme:
                raise HttpError(f"redirected from {scheme} to another scheme")
        raise HttpError(f"redirected more than {REDIRECTS} times")

    def _ask(self, url: str) -> tuple[int, str | None, bytes]:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise HttpError(f"`{url}` is no http address")
        left = max(self.deadline - time.monotonic(), 0.001)
        connection: http.client.HTTPConnection
        if parts.scheme == "https":
            context = ssl.create_default_context()
            connection = http.client.HTTPSConnection(
                parts.hostname, parts.port, timeout=left, context=context
            )
        else:
            connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=left)
        try:
            connection.connect()
            # The connection forgets its socket once the answer has begun.
            self._socket = connection.sock
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            headers = {"User-Agent": "opsrun", "Accept": "*/*", "Connection": "close"}
            connection.request("GET", target, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.getheader("Location"), answer.read(self.limit_bytes)
        finally:
            connection.close()
