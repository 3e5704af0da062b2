"""A real HTTP server on loopback whose answers tests choose by path."""

from __future__ import annotations

import contextlib
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator


class Handler(BaseHTTPRequestHandler):
    """Answers by path; `/hang` says nothing, `/trickle` never ends, both until the server stops."""

    stopped: threading.Event
    hung: threading.Event

    def do_GET(self) -> None:
        """Answer one request; a client that has gone is no fault."""
        with contextlib.suppress(OSError):
            self._answer()

    def _answer(self) -> None:
        if self.path == "/hang":
            self.hung.set()
            self.stopped.wait(60)
        elif self.path == "/trickle":
            self._trickle()
        elif self.path.startswith("/to/"):
            self._send(302, b"", location=self.path.removeprefix("/to/").replace("|", "/"))
        elif self.path == "/loop":
            self._send(302, b"", location="/loop")
        elif self.path == "/health":
            self._send(200, b'{"status": "healthy", "version": "1", "text": "well"}')
        elif self.path == "/large":
            self._send(200, b"x" * 3_000_000)
        elif self.path.startswith("/status/"):
            self._send(int(self.path.removeprefix("/status/")), b"")
        else:
            self._send(200, f"all is well at {self.path}".encode())

    def _send(self, status: int, body: bytes, location: str | None = None) -> None:
        self.send_response(status)
        if location is not None:
            self.send_header("Location", location)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _trickle(self) -> None:
        """Send a byte of a header every few milliseconds."""
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
        while not self.stopped.wait(0.02):
            self.wfile.write(b"x")
            self.wfile.flush()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Address(str):
    """The address of a server; `hung` is set when somebody waits at `/hang`."""

    __slots__ = ("hung",)

    hung: threading.Event


@contextmanager
def served(port: int = 0, context: ssl.SSLContext | None = None) -> Iterator[Address]:
    """Serve for a block, on a free port when none is given; the value is the address.

    With a context it is one of https.
    """
    stopped, hung = threading.Event(), threading.Event()
    handler = type("Handler", (Handler,), {"stopped": stopped, "hung": hung})
    server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    scheme = "http" if context is None else "https"
    try:
        address = Address(f"{scheme}://127.0.0.1:{server.server_port}")
        address.hung = hung
        yield address
    finally:
        stopped.set()
        server.shutdown()
        server.server_close()
        thread.join()
