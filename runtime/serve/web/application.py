"""What is answered: `/status`, `/metrics`, `/health`, `/health/live`, and posts of alerts."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeVar

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from runtime.errors import JournalError
from runtime.journal.alerts import record_alerts
from runtime.metrics import exposition, families
from runtime.serve.web.figures import scheduler_families, web_families
from runtime.serve.web.guard import LIVE, Guard, refuse
from runtime.serve.web.parts import scheduler_part
from runtime.serve.web.posted import PostError, read_post
from runtime.status.html import headers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from starlette.requests import Request

    from runtime.clock import Clock
    from runtime.contract.plan import Plan
    from runtime.journal.store import Store
    from runtime.metrics import Family
    from runtime.serve.dials import Dials
    from runtime.serve.web.clerk import Clerk
    from runtime.status.board import Board
    from runtime.status.health import Health

_Made = TypeVar("_Made")

LIMIT_BYTES: Final = 4 * 2**20
"""Largest post of alerts that is read."""
BODY_SECONDS: Final = 10.0
"""How long the body of a post may take."""
POSTS_AT_ONCE: Final = 16
"""Most posts that are read at one time; what comes beyond is told to come again."""
AGAIN_SECONDS: Final = 5
"""When a sender is told to come again."""
METRICS_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(slots=True, kw_only=True)
class Answers:
    """The answers of one web.

    `reader` and `writer` ask the journal, each in a thread of its own, and a third one makes the
    pages of the `board`: no alert waits for a page, and nobody who asks after health either.
    `collected` yields the metrics of the host.
    """

    plan: Plan
    dials: Dials
    board: Board
    reader: Clerk
    writer: Clerk
    clock: Clock
    collected: Callable[[], Iterable[Family]] = tuple
    body_seconds: float = BODY_SECONDS
    alerts: Counter[str] = field(default_factory=Counter)
    posts: Counter[int] = field(default_factory=Counter)
    reading: int = 0
    refused: Callable[[], int] = int
    _pages: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "pages"))

    async def warm(self) -> None:
        """Make ready what the first page would wait for."""
        await self._page(self.board.warm)

    def close(self) -> None:
        """Write down what was asked to be, and have the journal open no longer.

        Nobody waits for a page any more.
        """
        self._pages.shutdown(wait=False, cancel_futures=True)
        self.reader.close()
        self.writer.close()

    async def status(self, request: Request) -> Response:
        """Return how the jobs stand: the page where a browser asks, else JSON."""
        if "text/html" not in request.headers.get("accept", ""):
            return await self.status_facts(request)
        asked = dict(request.query_params)
        content = await self._page(lambda: self.board.page(asked).encode())
        return Response(content, headers={**headers(), **_BY_ACCEPT})

    async def status_facts(self, request: Request) -> Response:
        """Return how the jobs stand, as JSON."""
        asked = dict(request.query_params)
        content = await self._page(lambda: _json(self.board.plain(asked)))
        said = {**_NO_STORE, **_BY_ACCEPT}
        return Response(content, media_type="application/json", headers=said)

    async def _page(self, make: Callable[[], _Made]) -> _Made:
        return await asyncio.get_running_loop().run_in_executor(self._pages, make)

    async def metrics(self, request: Request) -> Response:
        """Return the metrics of the jobs and of this process."""
        own = [
            *scheduler_families(self.dials, self.clock.monotonic()),
            *web_families(self.alerts, self.posts, self.refused()),
            *self.collected(),
        ]
        content = await self.reader.ask(
            lambda store: exposition([*families(store, self.plan, self.clock.now()), *own])
        )
        return Response(content, media_type=METRICS_TYPE)

    async def health(self, request: Request) -> Response:
        """Return how all is: 503 when it is unhealthy, else 200."""
        said = await asyncio.to_thread(self.board.health)
        said = {"environment": self.plan.environment, **said}
        return JSONResponse(said, _status_of(said["status"]), _NO_STORE)

    async def live(self, request: Request) -> Response:
        """Return 200 while this process and the scheduler are there, else 503.

        Whoever has no token keeps no connection.
        """
        status = scheduler_part(self.dials, time.monotonic()).status
        said = {**_NO_STORE, "Connection": "close"}
        return JSONResponse({"status": status}, _status_of(status), said)

    async def post_alerts(self, request: Request) -> Response:
        """Write the alerts of a post down, and answer 200 when they are on the disk."""
        response = await self._take_alerts(request)
        self.posts[response.status_code] += 1
        return response

    async def _take_alerts(self, request: Request) -> Response:
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json":
            # A page that a browser shows cannot post that without asking first.
            return refuse(415, "alerts are posted as application/json")
        if self.reading >= POSTS_AT_ONCE:
            return refuse(503, "too many posts at one time", _again())
        self.reading += 1
        try:
            body = await self._body(request)
            if body is None:
                return refuse(413, f"a post has at most {LIMIT_BYTES} bytes")
            now = self.clock.now()
            number, new = await self.writer.ask(lambda store: _record(store, body, now))
        except TimeoutError:
            return refuse(408, f"the body of a post comes within {self.body_seconds:g}s")
        except ClientDisconnect:
            return refuse(400, "the post broke off")
        except PostError as error:
            return refuse(400, str(error))
        except JournalError:
            return refuse(503, "the journal cannot be written now", _again())
        finally:
            self.reading -= 1
        self.alerts["new"] += new
        self.alerts["known"] += number - new
        return JSONResponse({"alerts": number, "new": new})

    async def _body(self, request: Request) -> bytes | None:
        """Return a post's body; None when it is too long. Raise `TimeoutError` when it is late."""
        said = request.headers.get("content-length", "0")
        if not said.isdecimal() or int(said) > LIMIT_BYTES:
            return None
        body = bytearray()
        async with asyncio.timeout(self.body_seconds):
            async for part in request.stream():
                body += part
                if len(body) > LIMIT_BYTES:
                    return None
        return bytes(body)


_NO_STORE: Final = {"Cache-Control": "no-store"}
_BY_ACCEPT: Final = {"Vary": "Accept"}


def _status_of(health: Health) -> int:
    return 503 if health == "unhealthy" else 200


def _again() -> dict[str, str]:
    return {"Retry-After": str(AGAIN_SECONDS)}


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "backslashreplace")


def _record(store: Store, body: bytes, now: datetime) -> tuple[int, int]:
    """Read a post and write it down; return how many alerts it has, and how many are new."""
    alerts = read_post(body)
    return len(alerts), record_alerts(store, alerts, now)


async def _unavailable(
    request: Request,  # noqa: ARG001 - the signature of Starlette's handlers
    error: Exception,
) -> Response:
    return refuse(503, str(error), _again())


async def _to_status(
    request: Request,  # noqa: ARG001 - the signature of Starlette's endpoints
) -> Response:
    return RedirectResponse("/status")


def guarded(answers: Answers, digest: bytes | None, *, only_local: bool) -> Guard:
    """Given what answers, return the application: behind the guard, with its addresses."""
    routes = [
        Route("/", _to_status),
        Route("/status", answers.status),
        Route("/status.json", answers.status_facts),
        Route("/metrics", answers.metrics),
        Route("/health", answers.health),
        Route(LIVE, answers.live),
        Route("/alerts", answers.post_alerts, methods=["POST"]),
    ]
    application = Starlette(routes=routes, exception_handlers={JournalError: _unavailable})
    # Else whoever asks for `/status/` would be sent where its header `Host` says.
    application.router.redirect_slashes = False
    guard = Guard(application, digest, only_local=only_local)
    answers.refused = lambda: guard.refused
    return guard
