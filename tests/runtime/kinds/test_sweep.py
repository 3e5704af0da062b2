"""`redis.expire` and `cache.cleanup` on a real Redis."""

from __future__ import annotations

import os
import signal
import threading
from typing import TYPE_CHECKING, Any

import pytest
import redis

from runtime.contract.cache_cleanup import CacheCleanup
from runtime.contract.redis_expire import Pace, RedisExpire
from runtime.contract.secret import Secret
from runtime.errors import Exit
from runtime.kinds import cache_cleanup, redis_expire
from runtime.kinds.result import Context, Result
from tests.runtime.turned_clock import START, TurnedClock
from tests.servers.redis import PASSWORD, Redis, redis_server

if TYPE_CHECKING:
    from collections.abc import Iterator

MANY = 120_000
DAY = 86_400

FAST = Pace(keys_per_second=10_000_000)
SLOW = Pace(keys_per_second=1000, batch=100)


@pytest.fixture(scope="module")
def running() -> Iterator[Redis]:
    """A Redis that all tests of this module share."""
    with redis_server() as server:
        yield server


@pytest.fixture
def server(running: Redis, monkeypatch: pytest.MonkeyPatch) -> Redis:
    """The Redis, without any keys, its address in the environment."""
    monkeypatch.setenv("CACHE", running.url())
    with running.client() as client:
        client.flushall()
        client.config_resetstat()
    return running


def expire(
    *keys: str, dry_run: bool = False, clock: TurnedClock | None = None, **fields: Any
) -> Result:
    """Give keys without an end one of an hour."""
    said = {"ttl_seconds": 3600, **fields}
    parameters = RedisExpire(url=Secret(env="CACHE"), keys=keys, **said)
    return redis_expire.carry_out(parameters, _context(dry_run=dry_run, clock=clock))


def cleanup(
    *keys: str, dry_run: bool = False, clock: TurnedClock | None = None, **fields: Any
) -> Result:
    """Delete keys by what is said."""
    parameters = CacheCleanup(url=Secret(env="CACHE"), keys=keys, **fields)
    return cache_cleanup.carry_out(parameters, _context(dry_run=dry_run, clock=clock))


def _context(*, dry_run: bool, clock: TurnedClock | None) -> Context:
    return Context(clock=clock or TurnedClock(), say=lambda _: None, dry_run=dry_run)


def fill(server: Redis, pattern: str, number: int, *, idle_seconds: int = 0) -> None:
    """Make so many keys, each last used so long ago."""
    with server.client() as client:
        client.set("pattern", "x")
        value: Any = client.dump("pattern")
        client.delete("pattern")
        with client.pipeline(transaction=False) as pipeline:
            for index in range(number):
                pipeline.restore(pattern.format(index), 0, value, idletime=idle_seconds or None)
                if index % 5000 == 4999:
                    pipeline.execute()
            pipeline.execute()


def commands(server: Redis) -> set[str]:
    """Return which commands the Redis was asked for since its keys were made."""
    with server.client() as client:
        return {name.removeprefix("cmdstat_") for name in client.info("commandstats")}


def test_keys_without_an_end_get_one_and_others_keep_theirs(server: Redis) -> None:
    """Of the pattern alone."""
    with server.client() as client:
        client.mset({"a:1": "x", "a:2": "x", "b:1": "x"})
        client.expire("a:2", 5)
        result = expire("a:*")
        ends = [client.ttl(key) for key in ("a:1", "a:2", "b:1")]

    assert (Exit.OK, "set the end of 1 of 2 keys") == (result.exit_code, result.summary)
    assert (3590 <= ends[0] <= 3600, ends[1] <= 5, ends[2]) == (True, True, -1)
    assert (2, 1) == (result.facts["matched_keys"], result.facts["expired_keys"])


def test_ends_are_spread_by_the_key(server: Redis) -> None:
    """So that they do not all go at one moment."""
    fill(server, "a:{}", 1000)
    expire("a:*", spread_seconds=3600)
    with server.client() as client:
        ends = [client.ttl(f"a:{index}") for index in range(1000)]

    assert 3590 <= min(ends) < 3800
    assert 7000 < max(ends) <= 7200


def test_keys_that_nobody_used_for_long_are_deleted(server: Redis) -> None:
    """By their idle time."""
    fill(server, "old:{}", 10, idle_seconds=2 * DAY)
    fill(server, "new:{}", 10)
    announced = cleanup("old:*", "new:*", idle_seconds=DAY, dry_run=True)
    with server.client() as client:
        between = client.dbsize()
        done = cleanup("old:*", "new:*", idle_seconds=DAY)
        left = sorted(client.scan_iter())

    assert (20, 10, 20) == (
        announced.facts["matched_keys"],
        announced.facts["deleted_keys"],
        between,
    )
    assert ("deleted 10 of 20 keys", 10) == (done.summary, done.facts["deleted_keys"])
    assert sorted(b"new:%d" % index for index in range(10)) == left


def test_hashes_are_deleted_by_the_time_that_they_hold(server: Redis) -> None:
    """A key without it, or of another type, stays."""
    now = START.timestamp()
    with server.client() as client:
        client.hset("s:old", "made", str(now - 2 * DAY))
        client.hset("s:new", "made", str(now - DAY / 2))
        client.hset("s:odd", "made", "yesterday")
        client.hset("s:none", "other", "1")
        client.set("s:text", "1")
        result = cleanup("s:*", age_seconds=DAY, time_field="made")
        left = sorted(client.scan_iter())

    assert (1, [b"s:new", b"s:none", b"s:odd", b"s:text"]) == (result.facts["deleted_keys"], left)


@pytest.mark.slow
def test_many_keys_are_scanned_in_batches_and_never_listed(server: Redis) -> None:
    """A hundred thousand and more: KEYS was never called, and no batch held the Redis up."""
    fill(server, "a:{}", MANY)
    with server.client() as client:
        client.config_resetstat()
        client.slowlog_reset()
    announced = expire("a:*", dry_run=True, pace=FAST)
    after_counting = commands(server)
    done = expire("a:*", pace=FAST)
    gone = cleanup("a:*", idle_seconds=1000)
    asked = commands(server)
    with server.client() as client:
        without = sum(1 for key in client.scan_iter("a:9999*") if client.ttl(key) < 0)
        slow = [one for one in client.slowlog_get(128) if one["duration"] > 1_000_000]

    assert MANY <= announced.facts["expired_keys"]
    assert "pexpire" not in after_counting
    assert MANY == done.facts["expired_keys"]
    assert (0, 0, []) == (gone.facts["deleted_keys"], without, slow)
    assert {"scan", "pttl", "pexpire"} <= asked
    assert not asked & {"keys", "del", "flushdb"}


@pytest.mark.slow
def test_many_keys_are_unlinked_and_a_monitor_sees_no_other_way(server: Redis) -> None:
    """What MONITOR shows: SCAN and UNLINK, no KEYS, no DEL."""
    fill(server, "a:{}", MANY, idle_seconds=DAY)
    seen: set[str] = set()
    watcher: Any = redis.Redis.from_url(server.url())
    with watcher, watcher.monitor() as monitor, server.client() as stopper:

        def watch() -> None:
            for line in monitor.listen():
                seen.add(str(line["command"]).split()[0].upper())
                if line["command"] == "ECHO end":
                    return

        watching = threading.Thread(target=watch)
        watching.start()
        result = cleanup("a:*", idle_seconds=1000, pace=FAST)
        stopper.echo("end")
        watching.join(60)
        left = stopper.dbsize()

    assert (MANY, 0) == (result.facts["deleted_keys"], left)
    assert {"SCAN", "EVALSHA", "UNLINK"} <= seen
    assert not seen & {"KEYS", "DEL", "FLUSHDB", "FLUSHALL"}


def test_no_more_keys_are_gone_through_than_the_rate_allows(server: Redis) -> None:
    """Ten thousand at a thousand a second: ten seconds, which a turned clock sleeps through."""
    fill(server, "a:{}", 10_000)
    clock = TurnedClock()
    expire("a:*", clock=clock, pace=SLOW)

    assert 9 <= clock.monotonic() <= 10.5


def test_a_killed_run_is_followed_by_one_that_ends_it(server: Redis) -> None:
    """It is killed in the middle; the next run changes the rest, and nothing twice."""
    fill(server, "a:{}", 20_000)
    pid = os.fork()
    if pid == 0:

        class Dying(TurnedClock):
            def sleep(self, seconds: float) -> None:
                if self.monotonic() > 10:
                    os.kill(os.getpid(), signal.SIGKILL)
                super().sleep(seconds)

        expire("a:*", clock=Dying(), pace=SLOW)
        os._exit(0)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    again = expire("a:*", pace=FAST)

    assert -signal.SIGKILL == code
    assert 0 < again.facts["expired_keys"] < 20_000
    assert 0 == expire("a:*").facts["expired_keys"]


def test_a_run_that_breaks_off_in_the_middle_is_partly_done(server: Redis) -> None:
    """What was changed until then is told, to the key, and the next run changes the rest."""
    fill(server, "a:{}", 1000)

    class Demoting(TurnedClock):
        def sleep(self, seconds: float) -> None:
            if self.monotonic() > 0.3:
                with server.client() as client:
                    client.replicaof("127.0.0.1", "1")
            super().sleep(seconds)

    broken = expire("a:*", clock=Demoting(), pace=SLOW)
    with server.client() as client:
        client.replicaof("NO", "ONE")
        ending = sum(client.ttl(key) > 0 for key in client.scan_iter("a:*"))
    again = expire("a:*", pace=FAST)

    assert 0 < ending < 1000
    assert (Exit.PARTLY, ending) == (broken.exit_code, broken.facts["expired_keys"])
    assert broken.summary.startswith("it is a replica")
    assert broken.summary.endswith(f"; until then set the end of {ending} keys")
    assert (Exit.OK, 1000 - ending) == (again.exit_code, again.facts["expired_keys"])


def test_a_redis_that_evicts_by_frequency_is_said_to_know_no_idle_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It refuses the question."""
    with redis_server(maxmemory_policy="allkeys-lfu", maxmemory="50mb") as frequent:
        monkeypatch.setenv("CACHE", frequent.url())
        with frequent.client() as client:
            client.set("a:1", "x")
        result = cleanup("a:*", idle_seconds=1000)

    assert Exit.FAILED == result.exit_code
    assert result.summary.startswith("it evicts by frequency (LFU)")


def test_a_replica_is_not_changed(server: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says what it is."""
    with redis_server() as other:
        with other.client() as client:
            client.set("a:1", "x")
            client.replicaof("127.0.0.1", "1")
        monkeypatch.setenv("CACHE", other.url())
        result = expire("a:*")

    assert (Exit.FAILED, True) == (result.exit_code, "it is a replica" in result.summary)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("redis://:{canary}@127.0.0.1:{port}/0", "the password is refused"),
        ("redis://:{canary}@127.0.0.1:1/0", "the connection is refused"),
        ("gopher://:{canary}@127.0.0.1:{port}/0", "its address is malformed"),
        ("", "the secret of the variable CACHE is empty"),
    ],
)
def test_an_error_shows_nothing_of_the_address(
    server: Redis, monkeypatch: pytest.MonkeyPatch, address: str, said: str
) -> None:
    """The run fails with words of ours."""
    monkeypatch.setenv("CACHE", address.format(canary="canary-x", port=server.port))
    result = expire("a:*")

    assert Exit.FAILED == result.exit_code
    assert result.summary.startswith(said)
    assert "canary" not in repr(result)
    assert PASSWORD not in repr(result)


@pytest.mark.parametrize(
    ("options", "exit_code", "summary"),
    [
        ("decode_responses=yes&socket_timeout=0.000001", Exit.OK, "set the end of 1 of 1 keys"),
        ("colour=red", Exit.FAILED, "its address is malformed; until then set the end of 0 keys"),
        (
            "max_connections=x",
            Exit.FAILED,
            "its address is malformed; until then set the end of 0 keys",
        ),
    ],
)
def test_what_an_address_says_of_the_client_decides_nothing(
    server: Redis,
    monkeypatch: pytest.MonkeyPatch,
    options: str,
    exit_code: Exit,
    summary: str,
) -> None:
    """Neither its time nor the form of its answers; an option that there is not is a fault."""
    fill(server, "session:{}", 1)
    monkeypatch.setenv("CACHE", f"{server.url()}?{options}")
    result = expire("session:*")

    assert (exit_code, summary) == (result.exit_code, result.summary)
