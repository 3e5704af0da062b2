from __future__ import annotations

import os
import signal
import socket
from typing import TYPE_CHECKING

import pytest

from runtime.errors import RunError
from runtime.serve.crew import Crew, send
from runtime.serve.dials import Dials
from runtime.serve.keeper import Keeper, pause_seconds
from tests.runtime.serve.stations import station

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runtime.contract.serve import Serve
    from runtime.serve.station import Station


def listens(_: Station, settings: Serve, dials: Dials, opened: socket.socket, ready: int) -> int:
    """Be a web that listens and answers nobody, until it is told to end."""
    os.write(ready, b"ready")
    signal.pause()
    return 0


@pytest.fixture
def keeper() -> Iterator[Keeper]:
    """A keeper of such webs, which are ended with the test."""
    one = Keeper(crew=Crew(), dials=Dials(), web=listens, listen=None)
    yield one
    one.close()
    for member in one.crew:
        send(member, signal.SIGKILL)
        one.crew.reap(member)


def test_another_host_at_the_same_port_needs_a_new_start(keeper: Keeper) -> None:
    """The socket outlives each web, and has the port; what was served goes on."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    keeper.take_on(station(listen=f"127.0.0.1:{port}"))

    with pytest.raises(RunError, match="stop `opsrun serve` and start it anew"):
        keeper.take_on(station(listen=f"0.0.0.0:{port}", token={"env": "SERVE_TOKEN"}))

    assert f"127.0.0.1:{port}" == keeper.address


def test_a_web_that_dies_for_ever_is_begun_again_for_ever() -> None:
    """The pause grows to its longest, and no number of deaths is too high."""
    assert [1, 2, 4, 32, 60, 60] == [pause_seconds(deaths) for deaths in (0, 1, 2, 5, 6, 10_000)]
