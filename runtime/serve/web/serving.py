"""The web's process: settings and an open socket enter; it answers until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import ssl
import threading
import time
from typing import TYPE_CHECKING, Final

import uvicorn

from runtime.clock import SystemClock
from runtime.collector.exposition import families
from runtime.errors import Exit, RunError, reason_of
from runtime.process import die_with_parent
from runtime.secrets import resolve
from runtime.serve.web.application import Answers, guarded
from runtime.serve.web.clerk import Clerk
from runtime.serve.web.guard import digest_of
from runtime.serve.web.parts import parts_of
from runtime.serve.web.protocol import InTime
from runtime.status.board import Board

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator
    from io import FileIO

    from runtime.clock import Clock
    from runtime.collector.collector import Collector
    from runtime.contract.collector import Collector as Asked
    from runtime.contract.serve import Serve, ServeTls
    from runtime.serve.dials import Dials
    from runtime.serve.station import Station

CONNECTIONS: Final = 256
"""Most connections at one time; who comes beyond is told to come again."""
KEEP_ALIVE_SECONDS: Final = 75
"""How long an idle connection stays open: longer than between two scrapes."""
STOP_SECONDS: Final = 5
"""How long what is being answered may take once a stop was asked for."""
HEAD_BYTES: Final = 16 * 2**10
"""Longest head of a request."""
LEAST_TOKEN: Final = 16
"""Fewest characters of a token: one that can be guessed guards nothing."""


def serve(
    station: Station, settings: Serve, dials: Dials, opened: socket.socket, ready: int
) -> int:
    """Answer on an open socket until SIGTERM or SIGINT; return the exit code.

    What keeps it from that is written into the descriptor `ready`, else ``ready``.
    """
    die_with_parent()
    told = open(ready, "wb", buffering=0)  # noqa: SIM115 - closed as soon as something is said
    answers = answers_of(station, dials, collecting(station.plan.collector, station.state))
    try:
        server = server_of(answers, settings)
        asyncio.run(_serve(server, answers, opened, told))
    except (RunError, OSError) as error:
        said = reason_of(error) if isinstance(error, OSError) else str(error)
        _say(told, said)
        return Exit.FAILED
    return Exit.OK


def collecting(asked: Asked | None, state: str) -> Collector | None:
    """Return what watches the host, in a thread of its own; None where nothing is asked for.

    It goes on where that of the web before has ended, as the state folder says.
    """
    if asked is None:
        return None
    from runtime.collector.collector import Collector, kept_samples
    from runtime.collector.handover import Handover

    handover = Handover(state, asked, kept_samples(asked))
    collector = Collector(asked, SystemClock(), handover=handover)
    # It ends with the process: nobody waits for a file system that hangs.
    threading.Thread(
        target=collector.run, args=(threading.Event(),), name="collector", daemon=True
    ).start()
    return collector


def answers_of(
    station: Station, dials: Dials, collector: Collector | None, clock: Clock | None = None
) -> Answers:
    """Return what answers for a reading of the plan."""
    plan, state, clock = station.plan, station.state, clock or SystemClock()
    board = Board(
        plan,
        state,
        clock,
        host_name=station.host,
        host=None if collector is None else collector.status,
        parts=lambda: parts_of(dials, len(plan.jobs), time.monotonic()),
    )
    return Answers(
        plan=plan,
        dials=dials,
        board=board,
        reader=Clerk(state),
        writer=Clerk(state),
        clock=clock,
        collected=tuple if collector is None else lambda: families(collector),
    )


async def _serve(
    server: uvicorn.Server, answers: Answers, opened: socket.socket, told: FileIO
) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, _stop, server)
    # Open from here on: else the first run of a moment would make the journal's log, and the last
    # one take it away.
    await answers.writer.ask(lambda _: None)
    warming = asyncio.create_task(answers.warm())
    serving = asyncio.create_task(server.serve(sockets=[opened]))
    while not server.started and not serving.done():
        await asyncio.sleep(0.01)
    if server.started:
        _say(told, "ready")
    await serving
    warming.cancel()
    answers.close()


def _stop(server: uvicorn.Server) -> None:
    server.should_exit = True


def _say(told: FileIO, text: str) -> None:
    """Tell, once, whoever waits for this web; a scheduler that begins one again does not."""
    if not told.closed:
        with told, contextlib.suppress(BrokenPipeError):
            told.write(text.encode())


class _Server(uvicorn.Server):
    """Leaves signals to whoever runs it: uvicorn would let one kill the process in the end."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Hear no signals for a block."""
        yield


def server_of(answers: Answers, settings: Serve) -> uvicorn.Server:
    """Return what serves the answers. Raise `RunError` when it cannot stand so."""
    config = uvicorn.Config(
        guarded(answers, _digest(settings), only_local=not settings.is_guarded),
        http=InTime,
        loop="asyncio",
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="error",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=CONNECTIONS,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=STOP_SECONDS,
        h11_max_incomplete_event_size=HEAD_BYTES,
    )
    config.load()
    if settings.tls is not None:
        config.ssl = tls_context(settings.tls)
    return _Server(config)


def _digest(settings: Serve) -> bytes | None:
    if settings.token is None:
        return None
    token = resolve(settings.token, os.environ)
    if len(token) < LEAST_TOKEN:
        raise RunError(f"the token of `stack.opsrun.serve` has fewer than {LEAST_TOKEN} characters")
    return digest_of(token)


def tls_context(tls: ServeTls) -> ssl.SSLContext:
    """Return how connections are encrypted, and which clients are known.

    Raise `RunError` when a file cannot be read or is not what it should be.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        # Without a password: who is asked for one would wait for a person.
        context.load_cert_chain(tls.certificate, tls.key, password=lambda: "")
    except (OSError, ValueError) as error:
        said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        files = f"{tls.certificate} and {tls.key}"
        raise RunError(f"{files} are no certificate and its key: {said}") from None
    if tls.client_ca is not None:
        try:
            context.load_verify_locations(tls.client_ca)
        except (OSError, ValueError) as error:
            said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            raise RunError(f"{tls.client_ca} is no certificate authority: {said}") from None
        context.verify_mode = ssl.CERT_REQUIRED
    return context
