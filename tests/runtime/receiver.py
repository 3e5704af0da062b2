"""A real HTTP receiver on loopback that keeps what it got and answers as a test says."""

from __future__ import annotations

import contextlib
import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One request, its headers by their names in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


@dataclass
class Receiver:
    """What came, and what is answered: a status, with headers; `hang` and `trickle` never end.

    One that `echoes` answers with what it got.
    """

    url: str = ""
    received: list[Received] = field(default_factory=list)
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b"ok"
    manner: str = "answer"
    echoes: bool = False
    stopped: threading.Event = field(default_factory=threading.Event)

    @property
    def keys(self) -> list[str]:
        """The idempotency keys that came, in order."""
        return [one.headers.get("idempotency-key", "") for one in self.received]


class _Handler(BaseHTTPRequestHandler):
    receiver: Receiver

    def do_GET(self) -> None:
        """Keep the request and answer; a client that has gone is no fault."""
        with contextlib.suppress(OSError):
            self._answer()

    do_POST = do_GET

    def _answer(self) -> None:
        kept = self.receiver
        length = int(self.headers.get("Content-Length") or 0)
        headers = {name.lower(): value for name, value in self.headers.items()}
        one = Received(
            method=self.command, path=self.path, headers=headers, body=self.rfile.read(length)
        )
        if len(one.body) < length:
            return  # who posted is gone
        kept.received.append(one)
        if kept.manner == "hang":
            kept.stopped.wait(60)
        if kept.manner == "trickle":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
            while not kept.stopped.wait(0.02):
                self.wfile.write(b"x")
                self.wfile.flush()
        elif kept.manner == "answer":
            self.send_response(kept.status)
            for name, value in kept.headers.items():
                self.send_header(name, value)
            body = kept.body if not kept.echoes else str(self.headers).encode() + one.body
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Receive for a block."""
    receiver = Receiver()
    handler = type("Handler", (_Handler,), {"receiver": receiver})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    receiver.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield receiver
    finally:
        receiver.stopped.set()
        server.shutdown()
        server.server_close()
        thread.join()
