"""A real web on loopback, in a thread of the test, with a journal that the test fills."""

from __future__ import annotations

import asyncio
import socket
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Any

from runtime.contract.serve import Serve
from runtime.journal.alerts import AlertRecord, latest_alerts
from runtime.journal.store import open_store
from runtime.serve.dials import Dials
from runtime.serve.web.application import Answers
from runtime.serve.web.desk import Desk
from runtime.serve.web.health import parts_of
from runtime.serve.web.serving import server_of
from runtime.status.board import Board
from tests.runtime.turned_clock import TurnedClock
from tests.servers.process import until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from runtime.collector.judge import HostStatus
    from runtime.contract.plan import Plan


@dataclass(kw_only=True)
class Web:
    """A web that answers."""

    address: tuple[str, int]
    answers: Answers
    dials: Dials
    state: str
    scheme: str = "http"

    def at(self, path: str) -> str:
        """Return the address of a page."""
        return f"{self.scheme}://localhost:{self.address[1]}{path}"

    def alerts(self) -> list[AlertRecord]:
        """Return what the journal has."""
        with open_store(self.state) as store:
            return latest_alerts(store, firing=False, limit=100)


@contextmanager
def web(
    folder: Path,
    plan: Plan,
    settings: Serve | None = None,
    host: Callable[[], HostStatus] | None = None,
    **fields: Any,
) -> Iterator[Web]:
    """Have a web answer for a block; the scheduler looked around just now."""
    state, dials, settings = str(folder / "state"), Dials(), settings or Serve()
    clock, dials["beat"] = TurnedClock(), monotonic()
    answers = Answers(
        plan=plan,
        dials=dials,
        board=Board(
            plan,
            state,
            clock,
            host=host,
            parts=lambda: parts_of(dials, len(plan.jobs), monotonic()),
        ),
        reader=Desk(state),
        writer=Desk(state),
        clock=clock,
        **fields,
    )
    server = server_of(answers, settings)
    opened = socket.create_server(("127.0.0.1", 0))
    one = Web(address=opened.getsockname()[:2], answers=answers, dials=dials, state=state)
    one.scheme = "http" if settings.tls is None else "https"
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[opened])))
    thread.start()
    try:
        until(lambda: server.started, "the web")
        yield one
    finally:
        server.should_exit = True
        thread.join()
        answers.reader.close()
        answers.writer.close()
