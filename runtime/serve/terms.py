"""What `opsrun serve` is asked for on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from runtime.contract.serve import Serve
    from runtime.serve.dials import Dials
    from runtime.serve.station import Station

    Wait = Callable[[int, float], bool]
    """Given a descriptor and seconds, works on and returns whether it can be read by then."""
    Web = Callable[[Station, Serve, Dials, socket.socket, int], int]
    """Carries out a web in its process, and returns its exit code."""


@frozen
class Terms(Frozen):
    """What is asked for.

    Without a `listen` the plan says where it listens.
    """

    plan_path: str
    state: str
    host: str
    listen: str | None
    takes_all: bool
    web: Web
