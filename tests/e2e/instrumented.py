"""A small ASGI application with the compiled instrumentation, and the traffic that it answers.

The application stands in for the platform of the reference spec; what is compiled, what measures
and what watches are real. It takes the webhook's posts, too.
"""

from __future__ import annotations

import contextlib
import http.client
import queue
import threading
from typing import TYPE_CHECKING, Any

from prometheus_client import CollectorRegistry
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from tests.compiler.emit.instrumentation.compiled import imported
from tests.compiler.emit.instrumentation.served import served

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from starlette.requests import Request

PAUSE_SECONDS = 0.02
CLIENT_SECONDS = 10


class Instrumented:
    """The application: while `is_failing`, every second request of a data set ends in an error."""

    def __init__(self, generated: Path) -> None:
        module = imported((generated / "instrumentation/tabular_metrics.py").read_text(), generated)
        self.metrics = module.TabularMetrics(CollectorRegistry())
        self.is_failing = False
        self.alerts: queue.Queue[dict[str, Any]] = queue.Queue()
        watched = self.metrics.tabular_errors_total.watch(component="api")
        self.app: Any = Starlette(
            routes=[
                Route("/data-sets/{number:int}", watched(self.data_set)),
                Route("/alerts", self.told, methods=["POST"]),
                Route("/metrics", self.metrics.app()),
            ],
            middleware=[
                Middleware(
                    module.HttpMiddleware,
                    metrics=self.metrics,
                    skip_paths=("/metrics", "/alerts"),
                )
            ],
        )

    async def data_set(self, request: Request) -> Response:
        """Answer, or fail."""
        if self.is_failing and request.path_params["number"] % 2:
            raise ConnectionError("the database does not answer")
        return PlainTextResponse("rows")

    async def told(self, request: Request) -> Response:
        """Take what Alertmanager posts."""
        for alert in (await request.json())["alerts"]:
            self.alerts.put(alert)
        return Response()

    def wait_for(self, alertname: str, status: str, timeout_seconds: float) -> dict[str, Any]:
        """Return the alert of a name and a status as it was told, waiting for it if need be."""
        while True:
            alert = self.alerts.get(timeout=timeout_seconds)
            if alert["labels"]["alertname"] == alertname and alert["status"] == status:
                return alert


@contextlib.contextmanager
def running_instrumented(generated: Path, port: int) -> Iterator[Instrumented]:
    """Serve the application with traffic on a port of loopback until the block ends."""
    application = Instrumented(generated)
    closed = threading.Event()
    with served(application.app, port):
        visitor = threading.Thread(target=_visit, args=(port, closed), daemon=True)
        visitor.start()
        try:
            yield application
        finally:
            closed.set()
            visitor.join(CLIENT_SECONDS)


def _visit(port: int, closed: threading.Event) -> None:
    """Ask for one data set after another until it is closed."""
    number = 0
    while not closed.wait(PAUSE_SECONDS):
        number += 1
        # A connection each: after an error the server ends it.
        with contextlib.closing(
            http.client.HTTPConnection("127.0.0.1", port, timeout=CLIENT_SECONDS)
        ) as connection:
            connection.request("GET", f"/data-sets/{number}")
            connection.getresponse().read()
