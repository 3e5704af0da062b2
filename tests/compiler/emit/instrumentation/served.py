"""ASGI applications, asked: by one call of theirs, or through uvicorn on loopback."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from typing import TYPE_CHECKING, Any

import uvicorn

if TYPE_CHECKING:
    from collections.abc import Iterator

STOP_SECONDS = 10


@contextlib.contextmanager
def served(app: Any, port: int = 0) -> Iterator[str]:
    """Serve an application on loopback until the block ends; give its address."""
    config = uvicorn.Config(
        app,
        host="127.0.0.1",
        port=port,
        http="h11",
        ws="none",
        loop="asyncio",
        # What fails on purpose needs no traceback.
        log_level="critical",
    )
    server = uvicorn.Server(config)
    started = threading.Event()
    startup = server.startup

    async def tell(*args: Any, **kwargs: Any) -> None:
        await startup(*args, **kwargs)
        started.set()

    server.startup = tell  # type: ignore[method-assign]  # what tells that it listens
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        assert started.wait(STOP_SECONDS)
        found = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{found}"
    finally:
        server.should_exit = True
        thread.join(STOP_SECONDS)


async def ask(
    app: Any, path: str = "/", method: str = "GET", *, leaves: bool = False, **scope: Any
) -> list[dict[str, Any]]:
    """Ask an application once, without a server; a client that leaves does so at once."""
    sent: list[dict[str, Any]] = []
    messages = [{"type": "http.disconnect"}] if leaves else [{"type": "http.request", "body": b""}]

    async def receive() -> dict[str, Any]:
        if not messages:
            await asyncio.Event().wait()
        return messages.pop(0)

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    full = {
        "type": "http",
        "method": method,
        "path": path,
        "root_path": "",
        "query_string": b"",
        "headers": [],
        "scheme": "http",
        "server": ("127.0.0.1", 80),
        **scope,
    }
    await app(full, receive, send)
    return sent
