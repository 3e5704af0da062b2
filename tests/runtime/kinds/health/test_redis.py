from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from runtime.contract.health_check import Check, RedisCheck
from runtime.contract.secret import Secret
from tests.runtime.kinds.health.asked import asked, status
from tests.runtime.kinds.health.trickle import trickling
from tests.servers.process import free_port, until
from tests.servers.redis import Redis, redis_server

if TYPE_CHECKING:
    from collections.abc import Iterator

CANARY = "canary-that-nobody-may-see"


@pytest.fixture(scope="module")
def server() -> Iterator[Redis]:
    """Return a Redis with a limit."""
    with redis_server(maxmemory="100mb") as running:
        yield running


def check(**fields: Any) -> Check:
    """Return a check of the Redis whose address is in the environment."""
    return Check(redis=RedisCheck(url=Secret(env="CACHE"), **fields), timeout_seconds=10)


def test_a_redis_that_answers_is_healthy(server: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    """With its memory measured."""
    monkeypatch.setenv("CACHE", server.url())
    facts = asked(check(role="primary", degraded_memory_ratio=Decimal("0.9")))

    assert ("healthy", "answered as primary") == (facts["status"], facts["message"])
    assert 0 < facts["values"]["memory_ratio"] < 1


def test_memory_that_runs_out_is_told(server: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a share of what it may use."""
    monkeypatch.setenv("CACHE", server.url())
    found = asked(check(degraded_memory_ratio=Decimal(0), unhealthy_memory_ratio=Decimal("0.99")))

    assert ("degraded", True) == (found["status"], "of the memory is used" in found["message"])


def test_memory_without_a_limit_cannot_be_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    """A share of nothing says nothing; the spec can say the capacity."""
    with redis_server() as unlimited:
        monkeypatch.setenv("CACHE", unlimited.url())
        without = status(check(degraded_memory_ratio=Decimal("0.5")))
        said = status(check(capacity_bytes=1, unhealthy_memory_ratio=Decimal(1)))[0]

    assert ("degraded", "unhealthy") == (without[0], said)


def test_a_replica_is_unhealthy_when_its_primary_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    """It answers all the same, with what was."""
    with redis_server() as primary:
        stack = redis_server(replica_of=primary)
        with stack as replica:
            monkeypatch.setenv("CACHE", replica.url())
            until(lambda: status(check())[0] == "healthy", "the link is up")
            wrong = status(check(role="primary"))
            with primary.client() as client, replica.client() as follower:
                follower.config_set("masterauth", "wrong")
                client.client_kill_filter(_type="replica")
                until(lambda: status(check())[0] == "unhealthy", "the link is down")
            found = status(check())

    assert ("unhealthy", "it is a replica, not a primary") == wrong
    assert ("unhealthy", "its link to the primary is down") == found


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("redis://:{canary}@127.0.0.1:{port}/0", "the password is refused"),
        ("redis://127.0.0.1:{port}/0", "it asks for a password"),
        ("redis://:{canary}@127.0.0.1:{free}/0", "the connection is refused"),
        ("redis://:{canary}@no.example.invalid:6379/0", "its host name is unknown"),
        ("gopher://:{canary}@127.0.0.1:{port}/0", "its address is malformed"),
        ("redis://:{canary}@127.0.0.1:port{canary}/0", "its address is malformed"),
    ],
)
def test_an_error_shows_nothing_of_the_address(
    server: Redis, monkeypatch: pytest.MonkeyPatch, address: str, said: str
) -> None:
    """Wherever the driver's own text has it."""
    filled = address.format(canary=CANARY, port=server.port, free=free_port())
    monkeypatch.setenv("CACHE", filled)
    facts = asked(check())

    assert ("error", said) == (facts["status"], facts["message"])
    assert CANARY not in facts["said"]


def test_a_server_that_trickles_is_late(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each byte comes in time, and no answer ever."""
    with trickling(b"+", b"O") as port:
        monkeypatch.setenv("CACHE", f"redis://127.0.0.1:{port}/0")
        url = Secret(env="CACHE")
        found = status(Check(redis=RedisCheck(url=url), timeout_seconds=0.3))

    assert ("error", "no answer within 0.3s") == found
