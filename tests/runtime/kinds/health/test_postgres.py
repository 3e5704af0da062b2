from __future__ import annotations

import signal
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from runtime.contract.health_check import Check, PostgresCheck
from runtime.contract.secret import Secret
from tests.runtime.kinds.health.asked import asked, status
from tests.runtime.kinds.health.trickle import trickling
from tests.servers.postgres import (
    Postgres,
    has_caught_up,
    has_written_all,
    is_streaming,
    postgres,
    replay_paused,
    replica_of,
)
from tests.servers.process import free_port, until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

CANARY = "canary-that-nobody-may-see"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A primary and the replica that streams from it."""

    primary: Postgres
    replica: Postgres


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    """Return a primary, with one table, and its replica."""
    with postgres() as primary:
        primary.run("CREATE TABLE written (at timestamptz DEFAULT now())")
        primary.run("CREATE ROLE monitor LOGIN PASSWORD 'canary-of-postgres'")
        with replica_of(primary) as replica:
            until(lambda: has_caught_up(primary, replica), "the replica has all")
            yield Pair(primary=primary, replica=replica)


@pytest.fixture
def check(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return what makes a check of both, the replica degraded from 1 s, unhealthy from an hour."""
    monkeypatch.setenv("PRIMARY", pair.primary.dsn())
    monkeypatch.setenv("REPLICA", pair.replica.dsn())

    def made(**fields: float | Decimal | Secret | None) -> Check:
        said: dict[str, Any] = {
            "dsn": Secret(env="PRIMARY"),
            "replica": Secret(env="REPLICA"),
            "degraded_lag_seconds": 1,
            "unhealthy_lag_seconds": 3600,
        }
        return Check(postgres=PostgresCheck(**(said | fields)), timeout_seconds=30)

    return made


def test_an_idle_primary_makes_no_lag(pair: Pair, check: Any) -> None:
    """The last transaction is long ago by its own clock, and the replica has replayed it."""
    pair.primary.run("INSERT INTO written DEFAULT VALUES")
    until(lambda: has_caught_up(pair.primary, pair.replica), "the replica has all")
    pair.primary.run("SELECT pg_sleep(1.1)")
    ((idle,),) = pair.replica.run(
        "SELECT extract(epoch FROM now() - pg_last_xact_replay_timestamp())::float8"
    )
    facts = asked(check())

    assert idle > 1
    assert ("healthy", "answered", 0) == (
        facts["status"],
        facts["message"],
        facts["values"]["lag_seconds"],
    )


def test_lag_grows_while_replay_is_paused(pair: Pair, check: Any) -> None:
    """It is received and not replayed: readers of the replica see what was."""
    with replay_paused(pair.replica):
        pair.primary.run("INSERT INTO written DEFAULT VALUES")
        pair.primary.run("SELECT pg_sleep(1)")
        until(lambda: has_written_all(pair.primary), "the log is written")
        first = asked(check())
        second = asked(check(unhealthy_lag_seconds=1))
    until(lambda: has_caught_up(pair.primary, pair.replica), "the replica has all")

    assert ["degraded", "unhealthy"] == [first["status"], second["status"]]
    assert 1 < first["values"]["lag_seconds"] < second["values"]["lag_seconds"]
    assert "healthy" == asked(check())["status"]


def test_log_that_is_not_replayed_is_told_by_the_primary(pair: Pair, check: Any) -> None:
    """In bytes, of the slowest replica."""
    with replay_paused(pair.replica):
        pair.primary.run("INSERT INTO written SELECT now() FROM generate_series(1, 20000)")
        until(lambda: has_written_all(pair.primary), "the log is written")
        facts = asked(check(degraded_behind_bytes=100_000, replica=None))

    assert "degraded" == facts["status"]
    assert 100_000 < facts["values"]["behind_bytes"]


def test_a_replica_that_does_not_receive_is_unhealthy(pair: Pair, check: Any) -> None:
    """It has replayed all that it received, and will never hear of more."""
    ((conninfo,),) = pair.replica.run("SELECT current_setting('primary_conninfo')")
    pair.replica.run("ALTER SYSTEM SET primary_conninfo = ''")
    pair.replica.run("SELECT pg_reload_conf()")
    until(lambda: not is_streaming(pair.replica), "the receiver ends")
    try:
        found = status(check())
        alone = status(check(replica=None, degraded_behind_bytes=1))
    finally:
        pair.replica.run(f"ALTER SYSTEM SET primary_conninfo = $${conninfo}$$")
        pair.replica.run("SELECT pg_reload_conf()")
    until(lambda: is_streaming(pair.replica), "the replica streams")

    assert ("unhealthy", "the replica does not receive from its primary") == found
    assert ("unhealthy", "no replica is connected") == alone


def test_a_user_without_privileges_can_ask(
    pair: Pair, check: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it may not see is not taken for a fault."""
    monkeypatch.setenv("PRIMARY", pair.primary.dsn(user="monitor"))
    monkeypatch.setenv("REPLICA", pair.replica.dsn(user="monitor"))
    until(lambda: has_caught_up(pair.primary, pair.replica), "the replica has all")

    assert ("healthy", "answered") == status(check())


def test_connections_in_use_are_a_share_of_those_allowed(check: Any) -> None:
    """Of the server's own limit, or of the one that is said."""
    facts = asked(check(connections=1, degraded_connections_ratio=1, replica=None))

    assert ("degraded", True) == (facts["status"], facts["values"]["connections_ratio"] >= 1)
    assert "of the connections are in use" in facts["message"]


def test_roles_that_are_swapped_are_unhealthy(
    pair: Pair, check: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a failover an address may lead elsewhere."""
    monkeypatch.setenv("PRIMARY", pair.replica.dsn())

    assert ("unhealthy", "it is a replica, and takes no writes") == status(check())

    monkeypatch.setenv("PRIMARY", pair.primary.dsn())
    monkeypatch.setenv("REPLICA", pair.primary.dsn())
    said = "the replica follows no primary: it is one itself"

    assert ("unhealthy", said) == status(check())


@pytest.mark.parametrize(
    ("dsn", "said"),
    [
        ("postgresql://postgres:{canary}@127.0.0.1:{port}/postgres", "the password is refused"),
        ("postgresql://postgres@127.0.0.1:{port}/postgres", "it asks for a password"),
        ("postgresql://postgres:canary-of-postgres@127.0.0.1:{port}/{canary}", "it has no such"),
        ("postgresql://postgres:{canary}@127.0.0.1:{free}/postgres", "the connection is refused"),
        ("postgresql://postgres:{canary}@no.example.invalid/x", "its host name is unknown"),
        ("host=127.0.0.1 password='{canary}", "its connection string is malformed"),
        ("postgresql://postgres:{canary}@127.0.0.1:port{canary}/x", "its connection string is"),
    ],
)
def test_an_error_shows_nothing_of_the_connection_string(
    pair: Pair, check: Any, monkeypatch: pytest.MonkeyPatch, dsn: str, said: str
) -> None:
    """Wherever the driver's own text has it."""
    filled = dsn.format(canary=CANARY, port=pair.primary.port, free=free_port())
    monkeypatch.setenv("PRIMARY", filled)
    facts = asked(check(replica=None))

    assert ("error", True) == (facts["status"], facts["message"].startswith(said)), facts
    assert CANARY not in facts["said"]


def test_a_secret_that_is_not_there_is_an_error(check: Any) -> None:
    """It is named by its place."""
    found = status(check(dsn=Secret(env="NOWHERE")))

    assert ("error", "the variable NOWHERE is not set") == found


def test_a_server_that_trickles_is_late(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each byte comes in time, and no answer ever."""
    # A request for a password, of 100 bytes, which come one by one.
    with trickling(b"R\x00\x00\x00\x64", b"x") as port:
        monkeypatch.setenv("DSN", f"postgresql://u:{CANARY}@127.0.0.1:{port}/x?sslmode=disable")
        check = Check(postgres=PostgresCheck(dsn=Secret(env="DSN")), timeout_seconds=0.3)
        facts = asked(check)

    assert ("error", "no answer within 0.3s") == (facts["status"], facts["message"])
    assert CANARY not in facts["said"]


def test_a_database_that_hangs_does_not_hang_the_step(pair: Pair, check: Any) -> None:
    """A lock that somebody holds is no reason to wait for ever."""
    made = PostgresCheck(dsn=Secret(env="PRIMARY"))
    pair.primary.process.send_signal(signal.SIGSTOP)
    try:
        found = status(Check(postgres=made, timeout_seconds=0.3))
    finally:
        pair.primary.process.send_signal(signal.SIGCONT)

    assert ("error", "no answer within 0.3s") == found
