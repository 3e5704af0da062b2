"""Redis 7 on loopback."""

from __future__ import annotations

import contextlib
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import redis

from tests.servers.process import free_port, running

if TYPE_CHECKING:
    from collections.abc import Iterator

PASSWORD: Final = "canary-of-redis"


@dataclass(frozen=True, slots=True, kw_only=True)
class Redis:
    """A server that runs."""

    port: int

    def url(self, *, password: str = PASSWORD, database: int = 0) -> str:
        """Return an address of the server."""
        return f"redis://:{password}@127.0.0.1:{self.port}/{database}"

    @contextlib.contextmanager
    def client(self) -> Iterator[redis.Redis]:
        """Return a client that is closed at the end of the block."""
        with redis.Redis.from_url(self.url()) as client:
            yield client


@contextlib.contextmanager
def redis_server(*, replica_of: Redis | None = None, **settings: str) -> Iterator[Redis]:
    """Run a server of its own until the block ends; underscores in settings are hyphens."""
    with tempfile.TemporaryDirectory(prefix="opsc-server-") as made:
        server = Redis(port=free_port())
        said = {
            "port": str(server.port),
            "bind": "127.0.0.1",
            "save": "",
            "dir": made,
            "requirepass": PASSWORD,
            "masterauth": PASSWORD,
            "repl-diskless-sync-delay": "0",
            **{key.replace("_", "-"): value for key, value in settings.items()},
        }
        argv = ["redis-server"]
        argv += [part for key, value in said.items() for part in (f"--{key}", value)]
        if replica_of is not None:
            argv += ["--replicaof", "127.0.0.1", str(replica_of.port)]
        with running(argv, Path(made) / "server.log", lambda: _answers(server), cwd=made):
            yield server


def _answers(server: Redis) -> bool:
    try:
        with server.client() as client:
            return bool(client.ping())
    except redis.exceptions.ConnectionError:
        return False
