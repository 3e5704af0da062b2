"""One request, one answer, within one deadline. No error says the address: it may be a secret."""

from __future__ import annotations

import http.client
import time
from dataclasses import field
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin, urlsplit

from runtime.contract.frozen import Frozen, frozen
from runtime.deadline import LONGEST_SECONDS, LateError, within

if TYPE_CHECKING:
    import socket
    from collections.abc import Mapping

REDIRECTS: Final = 5
"""Most redirects that are followed."""

_REDIRECT_STATUS: Final = (301, 302, 303, 307, 308)


class HttpError(Exception):
    """There is no answer: not in time, none at all, or none that may be followed."""


@frozen
class Request(Frozen):
    """What is asked. A GET follows redirects; `headers` go to the address's own server alone."""

    url: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None


@frozen
class Response(Frozen):
    """An answer; `body` is cut at the limit that was asked for."""

    status: int
    body: bytes
    retry_after: str | None = None

    @property
    def text(self) -> str:
        """The body as UTF-8, whatever else replaced."""
        return self.body.decode("utf-8", "replace")


def get(url: str, *, timeout_seconds: float, limit_bytes: int) -> Response:
    """Given an http or https URL, return the answer; redirects stay within the URL's scheme.

    Raise `HttpError` when there is no answer within `timeout_seconds`, or `LONGEST_SECONDS`.
    """
    return ask(Request(url=url), timeout_seconds=timeout_seconds, limit_bytes=limit_bytes)


def ask(request: Request, *, timeout_seconds: float, limit_bytes: int) -> Response:
    """Given a request, return the answer, whatever its status.

    Raise `HttpError` when there is no answer within `timeout_seconds`, or `LONGEST_SECONDS`.
    """
    seconds = min(timeout_seconds, LONGEST_SECONDS)
    try:
        return within(_Exchange(request, time.monotonic() + seconds, limit_bytes), seconds)
    except (LateError, TimeoutError):
        raise HttpError(f"no answer within {seconds:g}s") from None
    except OSError as error:
        raise HttpError(error.strerror or str(error) or type(error).__name__) from None
    except (http.client.InvalidURL, ValueError):
        # Its own text quotes what is wrong.
        raise HttpError("the address, or a header, is malformed") from None
    except http.client.HTTPException as error:
        raise HttpError(str(error) or type(error).__name__) from None


class _Exchange:
    """One request with its redirects."""

    def __init__(self, request: Request, deadline: float, limit_bytes: int) -> None:
        self.request = request
        self.deadline = deadline
        self.limit_bytes = limit_bytes
        self.socket: socket.socket | None = None

    def run(self) -> Response:
        """Ask, follow, and return what came."""
        url, origin = self.request.url, _origin(self.request.url)
        for _ in range(REDIRECTS + 1):
            own = _origin(url) == origin
            response, location = self._ask(url, self.request.headers if own else {})
            is_redirect = response.status in _REDIRECT_STATUS and location is not None
            if not is_redirect or self.request.method != "GET":
                return response
            url = urljoin(url, location)
            if _origin(url)[0] != origin[0]:
                raise HttpError(f"redirected from {origin[0]} to another scheme")
        raise HttpError(f"redirected more than {REDIRECTS} times")

    def _ask(self, url: str, headers: Mapping[str, str]) -> tuple[Response, str | None]:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise HttpError("it is no http address")
        connection = self._connection(parts.scheme, parts.hostname, parts.port)
        try:
            connection.connect()
            # The connection forgets its socket once the answer has begun.
            self.socket = connection.sock
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            sent = {"User-Agent": "opsrun", "Accept": "*/*", "Connection": "close", **headers}
            connection.request(self.request.method, target, body=self.request.body, headers=sent)
            answer = connection.getresponse()
            response = Response(
                status=answer.status,
                body=answer.read(self.limit_bytes),
                retry_after=answer.getheader("Retry-After"),
            )
            return response, answer.getheader("Location")
        finally:
            connection.close()

    def _connection(self, scheme: str, host: str, port: int | None) -> http.client.HTTPConnection:
        left = max(self.deadline - time.monotonic(), 0.001)
        if scheme == "http":
            return http.client.HTTPConnection(host, port, timeout=left)
        import ssl

        context = ssl.create_default_context()
        return http.client.HTTPSConnection(host, port, timeout=left, context=context)


def _origin(url: str) -> tuple[str, str | None, int | None]:
    """Return scheme, host and port of an address."""
    parts = urlsplit(url)
    port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    return parts.scheme, parts.hostname, port
