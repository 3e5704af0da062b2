from __future__ import annotations

import signal
import time
from typing import TYPE_CHECKING

import pytest

from runtime.serve.crew import Crew, send
from runtime.serve.dials import Dials
from runtime.serve.dispatcher import Dispatcher
from runtime.serve.drain import Drain
from runtime.serve.lookback import Lookback
from tests.runtime.serve.stations import station
from tests.servers.process import until

if TYPE_CHECKING:
    from collections.abc import Iterator


def stubborn() -> int:
    """Be a process that hears no request to end."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    while True:
        time.sleep(60)


@pytest.fixture
def crew() -> Iterator[Crew]:
    """A crew whose processes are ended with the test."""
    one = Crew()
    yield one
    for member in one:
        send(member, signal.SIGKILL)
        one.reap(member)


def test_a_third_signal_kills_also_when_it_comes_with_the_second(crew: Crew) -> None:
    """Whatever time a stop has, whoever asks three times waits no longer."""
    stand, dials = station(), Dials()
    dispatcher = Dispatcher(crew=crew, dials=dials, lookback=Lookback(crew=crew))
    drain = Drain(crew=crew, dispatcher=dispatcher)
    member = crew.start("one", stubborn)
    for _ in range(3):
        drain.ask(signal.SIGTERM, stand)
    drain.tend(stand)

    assert -signal.SIGKILL == crew.reap(member)
    until(lambda: drain.is_over, "the end")
