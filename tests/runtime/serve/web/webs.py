"""A real web on loopback, in a thread of the test, with a journal that the test fills."""

from __future__ import annotations

import asyncio
import socket
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

from runtime.contract.serve import Serve
from runtime.journal.alerts import AlertRecord, latest_alerts
from runtime.journal.store import open_store
from runtime.serve.dials import Dials
from runtime.serve.station import Station
from runtime.serve.web.serving import answers_of, server_of
from tests.runtime.turned_clock import TurnedClock
from tests.servers.process import until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from runtime.contract.plan import Plan
    from runtime.serve.web.application import Answers

HOST: Final = "node1.example.org"


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
    state: Path,
    plan: Plan,
    settings: Serve | None = None,
    *,
    collector: Any = None,
    clock: TurnedClock | None = None,
) -> Iterator[Web]:
    """Have a web answer for a block, by the journal of a state folder.

    Its scheduler looked around just now. A `collector` has a `status`, and is asked for no metrics.
    """
    dials, settings = Dials(), settings or Serve()
    dials["beat"] = monotonic()
    station = Station(
        plan_path="", plan=plan, jobs=plan.jobs, host=HOST, state=str(state), form="text"
    )
    answers = answers_of(station, dials, collector, clock or TurnedClock())
    answers.collected = tuple
    server = server_of(answers, settings)
    opened = socket.create_server(("127.0.0.1", 0))
    one = Web(address=opened.getsockname()[:2], answers=answers, dials=dials, state=str(state))
    one.scheme = "http" if settings.tls is None else "https"
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[opened])))
    thread.start()
    try:
        until(lambda: server.started, "the web")
        yield one
    finally:
        server.should_exit = True
        thread.join()
        answers.close()
