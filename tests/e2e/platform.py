"""A small stand-in for the platform that the reference spec describes.

A fake, since the platform itself is not part of opsc: it exposes the metrics that the spec declares
and takes the webhook's posts; what watches it is real.
"""

from __future__ import annotations

import contextlib
import json
import queue
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


class Platform:
    """What the stand-in exposes, and the alerts that it was told of."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.privacy_risk = 0.1
        self.alerts: queue.Queue[dict[str, Any]] = queue.Queue()

    def metrics(self) -> str:
        """Return the exposition of the platform's metrics."""
        return (
            "# HELP tabular_privacy_risk_score Privacy risk of the last generated data set\n"
            "# TYPE tabular_privacy_risk_score gauge\n"
            f'tabular_privacy_risk_score{{generator_type="gaussian"}} {self.privacy_risk}\n'
        )

    def wait_for(self, alertname: str, status: str, timeout_seconds: float) -> dict[str, Any]:
        """Return the alert of a name and a status as it was told, waiting for it if need be."""
        while True:
            alert = self.alerts.get(timeout=timeout_seconds)
            if alert["labels"]["alertname"] == alertname and alert["status"] == status:
                return alert


@contextlib.contextmanager
def running_platform(port: int) -> Iterator[Platform]:
    """Run the stand-in on a port of loopback until the block ends."""
    platform = Platform(port)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = platform.metrics() if self.path == "/metrics" else '{"version": "1.0"}'
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.end_headers()
            self.wfile.write(body.encode())

        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            for alert in json.loads(self.rfile.read(length))["alerts"]:
                platform.alerts.put(alert)
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the base's name
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield platform
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
