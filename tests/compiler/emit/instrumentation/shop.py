"""A service whose requests are measured under test."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from prometheus_client import CollectorRegistry
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Mount, Route, WebSocketRoute

from compiler.model.metrics import Metric
from tests.compiler.emit.instrumentation.compiled import imported, text_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from starlette.requests import Request
    from starlette.websockets import WebSocket

METHODS = ("GET", "POST")
LABELS: dict[str, tuple[str, ...] | int] = {"method": METHODS, "endpoint": 10, "status": 12}
CATALOGUE = {
    "shop_requests_total": Metric(counter="Requests", measures="http_requests", labels=LABELS),
    "shop_request_seconds": Metric(
        histogram="Time",
        unit="seconds",
        measures="http_request_duration",
        buckets=(0.1, 1),
        labels={"endpoint": 10},
    ),
    "shop_running": Metric(gauge="Under way", measures="http_requests_active"),
}


class Shop:
    """A compiled module, its metrics in a registry of their own, and an application."""

    def __init__(self, folder: Path, catalogue: Any = CATALOGUE, **constants: str) -> None:
        self.module = imported(text_of(catalogue), folder)
        self.registry = CollectorRegistry()
        self.metrics = self.module.ShopMetrics(self.registry)
        self.during: float | None = None
        middleware = Middleware(self.module.HttpMiddleware, metrics=self.metrics, **constants)
        self.app: Any = Starlette(routes=self.routes(), middleware=[middleware])

    def routes(self) -> list[Any]:
        """Return routes of every kind."""
        tenant = Starlette(
            routes=[Route("/orders/{order}", self.fine), Route("/broken", self.broken)]
        )
        return [
            Route("/", self.fine),
            Route("/users/{user}", self.fine, methods=["GET", "POST"]),
            Route("/same/{one:int}", self.fine),
            Route("/broken", self.broken),
            Route("/stream", self.stream),
            Route("/cut", self.cut),
            Route("/slow", self.slow),
            Route("/body", self.body),
            Route("/after", self.after),
            Mount("/tenants/{tenant}", tenant),
            Mount("/files", self.raw),
            WebSocketRoute("/socket", self.socket),
            Route("/metrics", self.metrics.app()),
        ]

    async def fine(self, request: Request) -> Response:
        """Answer, and note what is under way."""
        self.during = self.registry.get_sample_value("shop_running")
        return PlainTextResponse("fine")

    async def broken(self, request: Request) -> Response:
        """Fail."""
        raise ValueError("broken")

    async def slow(self, request: Request) -> Response:
        """Never answer."""
        await asyncio.Event().wait()
        return Response()

    async def body(self, request: Request) -> Response:
        """Read what the client sends."""
        return PlainTextResponse(await request.body())

    async def after(self, request: Request) -> Response:
        """Answer, and fail when the answer is out."""
        return PlainTextResponse("out", background=BackgroundTask(self.broken, request))

    async def stream(self, request: Request) -> Response:
        """Answer in parts."""
        return StreamingResponse(self._parts(3, fails=False))

    async def cut(self, request: Request) -> Response:
        """Fail within the answer."""
        return StreamingResponse(self._parts(2, fails=True))

    async def _parts(self, count: int, *, fails: bool) -> AsyncIterator[bytes]:
        for _number in range(count):
            yield b"x" * 1000
        if fails:
            raise ValueError("cut")

    async def raw(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer as an application without routes."""
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": scope["path"].encode()})

    def answering(self, status: int) -> Any:
        """Return an application that answers so, measured."""

        async def answer(scope: Any, receive: Any, send: Any) -> None:
            await Response(status_code=status)(scope, receive, send)

        return self.measured(answer)

    def measured(self, app: Any) -> Any:
        """Return an application of one's own, measured."""
        return self.module.HttpMiddleware(app, metrics=self.metrics)

    async def socket(self, socket: WebSocket) -> None:
        """Greet."""
        await socket.accept()
        await socket.close()

    def counted(self, name: str = "shop_requests_total") -> dict[tuple[str, ...], float]:
        """Return what is counted above 0, by the values of the labels in their order."""
        labels = ("method", "endpoint", "status")
        return {
            tuple(sample.labels[label] for label in labels if label in sample.labels): sample.value
            for family in self.registry.collect()
            for sample in family.samples
            if sample.name == name and sample.value
        }
