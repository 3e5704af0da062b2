from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest

from runtime.contract.health_check import Check, QueueCheck
from runtime.contract.secret import Secret
from tests.runtime.kinds.health.asked import asked, status
from tests.servers.postgres import postgres
from tests.servers.redis import Redis, redis_server

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def server() -> Iterator[Redis]:
    """Return a Redis."""
    with redis_server() as running:
        yield running


@pytest.fixture
def client(server: Redis, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Return a client of the Redis, which is empty, and whose address is in the environment."""
    monkeypatch.setenv("CACHE", server.url())
    with server.client() as made:
        made.flushall()
        yield made


def check(**fields: Any) -> Check:
    """Return a check of a queue in the Redis."""
    return Check(queue=QueueCheck(redis=Secret(env="CACHE"), **fields), timeout_seconds=10)


def ago(seconds: float) -> float:
    """Return the Unix time of so long ago."""
    return time.time() - seconds


@pytest.mark.parametrize("kind", ["list", "stream", "sorted_set"])
def test_an_empty_queue_is_healthy(client: Any, kind: str) -> None:
    """Redis has no empty keys: it is not there."""
    facts = asked(check(**{kind: "nothing"}, unhealthy_age_seconds=0.1, unhealthy_depth=1))

    assert ("healthy", "nothing waits") == (facts["status"], facts["message"])
    assert {"depth": 0, "age_seconds": 0} == facts["values"]


def test_the_oldest_of_a_list_stands_at_the_end_that_is_said(client: Any) -> None:
    """Pushed left, the first one in is the last."""
    for age in (500, 5):
        client.lpush("waiting", json.dumps({"at": ago(age)}))
    fields = {"list": "waiting", "time_field": "at", "degraded_age_seconds": 100}

    assert "degraded" == status(check(**fields))[0]
    assert "healthy" == status(check(**fields, oldest="first"))[0]


def test_depth_is_judged(client: Any) -> None:
    """From the limit on."""
    client.rpush("waiting", "a", "b", "c")

    assert ("healthy", "3 wait") == status(check(list="waiting", degraded_depth=4))
    assert ("degraded", "3 wait") == status(check(list="waiting", degraded_depth=3))
    assert ("unhealthy", "3 wait") == status(
        check(list="waiting", degraded_depth=1, unhealthy_depth=2)
    )


def test_an_age_that_cannot_be_told_is_not_taken_for_none(client: Any) -> None:
    """An entry without its time may wait for ever."""
    client.rpush("waiting", "no json")
    found = status(check(list="waiting", time_field="at", unhealthy_age_seconds=60))

    assert ("degraded", "the age of the oldest entry cannot be told") == found


def test_the_ids_of_a_stream_tell_its_age(client: Any) -> None:
    """And a group's depth is what it has not acknowledged."""
    old, new = (int(ago(age) * 1000) for age in (600, 1))
    client.xadd("events", {"a": 1}, id=f"{old}-0")
    client.xgroup_create("events", "workers", id="0")
    client.xadd("events", {"a": 2}, id=f"{new}-0")
    whole = asked(check(stream="events", unhealthy_age_seconds=300))
    client.xreadgroup("workers", "one", {"events": ">"}, count=1)
    pending = asked(check(stream="events", group="workers", unhealthy_age_seconds=300))
    client.xack("events", "workers", f"{old}-0")
    rest = asked(check(stream="events", group="workers", unhealthy_age_seconds=300))

    assert ("unhealthy", 2) == (whole["status"], whole["values"]["depth"])
    assert ("unhealthy", 2) == (pending["status"], pending["values"]["depth"])
    assert ("healthy", 1) == (rest["status"], rest["values"]["depth"])


def test_a_group_that_is_not_there_is_an_error(client: Any) -> None:
    """Nobody takes anything from the stream."""
    client.xadd("events", {"a": 1})
    found = status(check(stream="events", group="workers"))

    assert ("error", "the stream has no group `workers`") == found


def test_scores_of_a_sorted_set_are_times(client: Any) -> None:
    """The lowest is the oldest."""
    client.zadd("delayed", {"a": ago(900), "b": ago(1)})

    assert "unhealthy" == status(check(sorted_set="delayed", unhealthy_age_seconds=600))[0]
    assert "healthy" == status(check(sorted_set="delayed", unhealthy_age_seconds=6000))[0]


def test_a_key_of_another_kind_is_an_error(client: Any) -> None:
    """A hash is no queue."""
    client.hset("waiting", "a", "b")

    assert ("error", "it refused a command") == status(check(list="waiting"))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("SELECT 3, 90.5", ("degraded", "the oldest waits for 90s")),
        ("SELECT 0, NULL", ("healthy", "nothing waits")),
        ("SELECT 3, 1", ("healthy", "3 wait")),
        ("SELECT 1", ("error", "the query answers no row of two numbers")),
        ("SELECT * FROM nowhere", ("error", "a query failed with 42P01")),
    ],
)
def test_a_query_counts_rows_of_a_database(
    database: str, monkeypatch: pytest.MonkeyPatch, query: str, expected: tuple[str, str]
) -> None:
    """Number and age, in one row."""
    monkeypatch.setenv("DSN", database)
    made = QueueCheck(postgres=Secret(env="DSN"), query=query, degraded_age_seconds=60)

    assert expected == status(Check(queue=made, timeout_seconds=10))


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    """Return the connection string of a database."""
    with postgres() as running:
        yield running.dsn()
