"""Both places, each on a server that the tests of a module share."""

from __future__ import annotations

import contextlib
import itertools
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import pytest

from runtime.contract.plan import Lease
from runtime.contract.secret import Secret
from runtime.lease.opening import open_place
from tests.runtime.turned_clock import START
from tests.servers.postgres import postgres
from tests.servers.redis import redis_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from runtime.lease.place import Place

REFERENCE: Final = Secret(env="LEASES")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """A server of one kind, and occurrences on it that no other test has."""

    kind: str
    address: str
    occurrences: itertools.count[int] = field(default_factory=itertools.count)

    @property
    def lease(self) -> Lease:
        """Return the place as a plan names it."""
        if self.kind == "postgres":
            return Lease(postgres=REFERENCE)
        return Lease(redis=REFERENCE)

    @contextlib.contextmanager
    def place(self, timeout_seconds: float = 10) -> Iterator[Place]:
        """Open the place for a block, as a host of its own does."""
        place = open_place(self.lease, {"LEASES": self.address}, timeout_seconds)
        with contextlib.closing(place):
            yield place

    def due(self) -> datetime:
        """Return an instant that no other test asks for."""
        return START + timedelta(minutes=next(self.occurrences))


@contextlib.contextmanager
def serving(kind: str) -> Iterator[Shared]:
    """Run a server of a kind until the block ends."""
    if kind == "postgres":
        with postgres() as server:
            yield Shared(kind=kind, address=server.dsn())
    else:
        with redis_server() as server:
            yield Shared(kind=kind, address=server.url())


@pytest.fixture(scope="module", params=["postgres", "redis"])
def shared(request: pytest.FixtureRequest) -> Iterator[Shared]:
    """A server that the tests of a module share."""
    with serving(request.param) as server:
        yield server


@pytest.fixture(params=["postgres", "redis"])
def own(request: pytest.FixtureRequest) -> Iterator[Shared]:
    """A server that the test may do with what it likes."""
    with serving(request.param) as server:
        yield server


@pytest.fixture
def place(shared: Shared) -> Iterator[Place]:
    """One host's place."""
    with shared.place() as place:
        yield place
