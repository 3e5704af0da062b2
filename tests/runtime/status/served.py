"""A tiny real server on loopback that sends the page as a server of opsrun would."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from runtime.status.html import headers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runtime.status.board import Board


class Handler(BaseHTTPRequestHandler):
    """Answers `/status` with the page and `/status.json` with the data of a board."""

    board: Board

    def do_GET(self) -> None:
        """Answer one request."""
        parts = urlsplit(self.path)
        asked = dict(parse_qsl(parts.query))
        if parts.path == "/status":
            self._send(200, headers(), self.board.page(asked))
        elif parts.path == "/status.json":
            self._send(
                200, {"Content-Type": "application/json"}, json.dumps(self.board.plain(asked))
            )
        else:
            self._send(404, {}, "")

    def _send(self, status: int, said: dict[str, str], body: str) -> None:
        content = body.encode()
        self.send_response(status)
        for name, value in said.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def served(board: Board) -> Iterator[str]:
    """Serve a board for a block; the value is the address of the page."""
    handler = type("Handler", (Handler,), {"board": board})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/status"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
