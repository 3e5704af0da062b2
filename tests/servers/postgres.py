"""PostgreSQL 15 on loopback: a primary, and replicas that stream from it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import psycopg

from tests.servers.process import another_user, folder_of, free_port, running, until

if TYPE_CHECKING:
    from collections.abc import Iterator

PROGRAMS: Final = Path("/usr/lib/postgresql/15/bin")
USER: Final = "postgres"
PASSWORD: Final = "canary-of-postgres"

SETTINGS: Final = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "wal_level": "replica",
    "max_wal_senders": "10",
    "wal_receiver_status_interval": "1s",
    "wal_retrieve_retry_interval": "100ms",
    "autovacuum": "off",
    "max_connections": "40",
}
"""Quick and forgetful: what is tried is how a server answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Postgres:
    """A server that runs; `process` may be stopped and continued, never ended, by a test."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes]

    def dsn(self, *, user: str = USER, password: str = PASSWORD, database: str = "postgres") -> str:
        """Return a connection string of the server."""
        return f"postgresql://{user}:{password}@127.0.0.1:{self.port}/{database}"

    def run(self, statement: str) -> list[tuple[Any, ...]]:
        """Run a statement, outside a transaction; return its rows."""
        with psycopg.connect(self.dsn(), autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []


@contextlib.contextmanager
def postgres(**settings: str) -> Iterator[Postgres]:
    """Run a primary of its own until the block ends."""
    with folder_of(USER) as folder:
        data, secret = folder / "data", folder / "password"
        secret.write_text(PASSWORD)
        os.chmod(secret, 0o644)
        _tool(
            "initdb",
            "--no-sync",
            "--auth=scram-sha-256",
            f"--username={USER}",
            f"--pwfile={secret}",
            "--encoding=UTF8",
            "--locale=C",
            "-D",
            str(data),
        )
        with _serving(folder, data, SETTINGS | settings) as server:
            yield server


@contextlib.contextmanager
def replica_of(primary: Postgres, **settings: str) -> Iterator[Postgres]:
    """Run a replica that streams from a primary until the block ends."""
    with folder_of(USER) as folder:
        data = folder / "data"
        _tool(
            "pg_basebackup",
            "--no-sync",
            "--checkpoint=fast",
            "-R",
            "-X",
            "stream",
            "-d",
            primary.dsn(),
            "-D",
            str(data),
        )
        with _serving(folder, data, SETTINGS | settings) as server:
            until(lambda: is_streaming(server), "the replica streams")
            yield server


def is_streaming(replica: Postgres) -> bool:
    """Whether a replica receives from its primary."""
    return [("streaming",)] == replica.run("SELECT status FROM pg_stat_wal_receiver")


def has_caught_up(primary: Postgres, replica: Postgres) -> bool:
    """Whether a replica has replayed all that its primary wrote."""
    ((here,),) = primary.run("SELECT pg_current_wal_insert_lsn()")
    ((caught_up,),) = replica.run(f"SELECT pg_last_wal_replay_lsn() >= '{here}'::pg_lsn")
    return bool(caught_up)


@contextlib.contextmanager
def replay_paused(replica: Postgres) -> Iterator[None]:
    """Keep a replica from replaying anything until the block ends.

    A pause that was asked for begins only when the replica says so.
    """
    replica.run("SELECT pg_wal_replay_pause()")
    try:
        until(
            lambda: [("paused",)] == replica.run("SELECT pg_get_wal_replay_pause_state()"),
            "replay is paused",
        )
        yield
    finally:
        replica.run("SELECT pg_wal_replay_resume()")


def has_written_all(primary: Postgres) -> bool:
    """Whether the log of a primary has left its memory: commits are asynchronous here."""
    return [(True,)] == primary.run(
        "SELECT pg_current_wal_flush_lsn() >= pg_current_wal_insert_lsn()"
    )


def _tool(name: str, *arguments: str) -> None:
    done = subprocess.run(
        [str(PROGRAMS / name), *arguments],
        capture_output=True,
        check=False,
        timeout=120,
        cwd="/",
        **another_user(USER),
    )
    assert done.returncode == 0, done.stderr.decode(errors="replace")


@contextlib.contextmanager
def _serving(folder: Path, data: Path, settings: dict[str, str]) -> Iterator[Postgres]:
    port = free_port()
    said = settings | {
        "port": str(port),
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": str(folder),
    }
    argv = [str(PROGRAMS / "postgres"), "-D", str(data)]
    argv += [part for key, value in said.items() for part in ("-c", f"{key}={value}")]
    log = folder / "server.log"
    ready = Postgres(folder=folder, port=port, process=None)  # type: ignore[arg-type]  # only asked
    with running(
        argv, log, lambda: _answers(ready), stop=signal.SIGINT, cwd="/", **another_user(USER)
    ) as process:
        yield Postgres(folder=folder, port=port, process=process)


def _answers(server: Postgres) -> bool:
    try:
        return bool(server.run("SELECT 1"))
    except psycopg.OperationalError:
        return False
