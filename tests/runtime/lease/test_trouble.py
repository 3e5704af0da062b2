"""Servers that end, hang or refuse."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import threading
from typing import TYPE_CHECKING

import psycopg
import pytest
import redis

from runtime.errors import LeaseError
from runtime.lease.keeper import Keeper
from runtime.lease.place import Taken
from tests.runtime.lease.conftest import Shared
from tests.runtime.turned_clock import START
from tests.servers.postgres import Postgres, postgres
from tests.servers.process import until
from tests.servers.redis import redis_server

if TYPE_CHECKING:
    from collections.abc import Iterator


JOB = "tabular/vacuum"


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    """A PostgreSQL whose roles these tests make."""
    with postgres() as server:
        yield server


def kill(server: Shared, made: list[Postgres]) -> None:
    """End a server at once, as a crash does."""
    if made:
        os.kill(made[0].process.pid, signal.SIGQUIT)
        made[0].process.wait(20)
        return
    with redis.Redis.from_url(server.address) as client, contextlib.suppress(redis.RedisError):
        client.execute_command("SHUTDOWN", "NOSAVE")


@pytest.mark.parametrize("kind", ["postgres", "redis"])
def test_a_server_that_crashes_is_told_and_the_keeper_reports_the_loss(kind: str) -> None:
    """No sooner than the lease may have run out; a poll wakes up."""
    with contextlib.ExitStack() as stack:
        made: list[Postgres] = []
        if kind == "postgres":
            made.append(stack.enter_context(postgres()))
            shared = Shared(kind=kind, address=made[0].dsn())
        else:
            shared = Shared(kind=kind, address=stack.enter_context(redis_server()).url())
        place = stack.enter_context(shared.place(2))
        grant = place.take(JOB, shared.due(), "a", 1)
        assert isinstance(grant, Taken)
        with Keeper(place, grant, 1) as keeper:
            kill(shared, made)
            with pytest.raises(LeaseError, match="of the variable LEASES: "):
                place.end(grant, "ok")
            readable, _, _ = select.select([keeper.descriptor], [], [], 60)

            assert [keeper.descriptor] == readable
            assert keeper.lost.is_set()


def test_a_connection_that_was_cut_is_made_anew(server: Postgres) -> None:
    """What is asked next is answered: the server restarted while a job ran."""
    shared = Shared(kind="postgres", address=server.dsn())
    with shared.place() as place:
        grant = place.take(JOB, shared.due(), "cut", 600)
        assert isinstance(grant, Taken)
        server.run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE application_name = 'opsrun'"
        )

        assert place.renew(grant, 600)


def test_a_server_that_hangs_is_not_waited_for(server: Postgres) -> None:
    """It acknowledges and never answers: its own timeouts are of no use."""
    shared = Shared(kind="postgres", address=server.dsn())
    with shared.place(1) as place:
        grant = place.take("tabular/hang", shared.due(), "hang", 600)
        assert isinstance(grant, Taken)
        ((pid,),) = server.run("SELECT pid FROM pg_stat_activity WHERE application_name = 'opsrun'")
        os.kill(pid, signal.SIGSTOP)
        try:
            with pytest.raises(LeaseError, match="it does not answer in time"):
                place.renew(grant, 600)
        finally:
            os.kill(pid, signal.SIGCONT)

        assert place.renew(grant, 600)


def test_a_redis_that_hangs_is_not_waited_for() -> None:
    """It keeps the connection and answers nobody."""
    with redis_server() as server:
        shared = Shared(kind="redis", address=server.url())
        with shared.place(0.2) as place, server.client() as client:
            # Writes alone: what ends the pause would be kept waiting too.
            client.client_pause(60_000, all=False)
            with pytest.raises(LeaseError, match="it does not answer in time"):
                place.take(JOB, shared.due(), "a", 600)
            client.client_unpause()


def test_a_role_that_may_not_create_uses_what_is_there(server: Postgres) -> None:
    """And is told what it misses, when nothing is there for it."""
    server.run("CREATE ROLE worker LOGIN PASSWORD 'canary-of-postgres'")
    with Shared(kind="postgres", address=server.dsn()).place() as place:
        place.take("tabular/role", START, "admin", 0)
    worker = Shared(kind="postgres", address=server.dsn(user="worker"))
    with worker.place() as place:
        with pytest.raises(LeaseError, match="permission denied"):
            place.take("tabular/role", START, "worker", 600)
        server.run("GRANT USAGE ON SCHEMA opsrun TO worker")
        server.run("GRANT USAGE ON SEQUENCE opsrun.fence TO worker")
        server.run("GRANT SELECT, INSERT, UPDATE ON opsrun.lease TO worker")
        grant = place.take("tabular/role", START, "worker", 600)

        assert isinstance(grant, Taken)
        assert place.end(grant, "ok")


def test_old_rows_are_pruned_in_passing(server: Postgres) -> None:
    """Seven days after their end, or after they ran out."""
    with Shared(kind="postgres", address=server.dsn()).place() as place:
        for job in ("old/ended", "old/run_out", "new/ended"):
            grant = place.take(job, START, "a", 0)
            assert isinstance(grant, Taken)
            if job != "old/run_out":
                place.end(grant, "ok")
        server.run(
            "UPDATE opsrun.lease SET expires_at = expires_at - interval '8 days', "
            "ended_at = ended_at - interval '8 days' WHERE job LIKE 'old/%'"
        )
        last = place.take("new/last", START, "a", 0)
        assert isinstance(last, Taken)
        place.end(last, "ok")
    kept = server.run("SELECT job FROM opsrun.lease WHERE job ~ '^(old|new)/' ORDER BY job")

    assert [("new/ended",), ("new/last",)] == kept


def test_what_redis_keeps_it_forgets_by_itself() -> None:
    """Seven days after the last word on an occurrence."""
    with redis_server() as server:
        shared = Shared(kind="redis", address=server.url())
        with shared.place() as place, server.client() as client:
            grant = place.take(JOB, START, "a", 60)
            assert isinstance(grant, Taken)
            (key,) = client.keys("opsrun:lease:*")
            held_seconds = client.ttl(key)
            place.end(grant, "ok")

            assert 7 * 86_400 < held_seconds <= 7 * 86_400 + 60
            assert 0 < client.ttl(key) <= 7 * 86_400


def test_a_host_that_waited_for_a_rows_lock_draws_its_fence_after_the_wait(
    server: Postgres,
) -> None:
    """Otherwise a later grant could have the smaller fence."""
    shared = Shared(kind="postgres", address=server.dsn())
    with shared.place() as place, shared.place() as other:
        first = place.take("tabular/wait", START, "a", 0)
        assert isinstance(first, Taken)
        grants: list[object] = []
        with psycopg.connect(server.dsn()) as holding:
            holding.execute("SELECT FROM opsrun.lease WHERE job = 'tabular/wait' FOR UPDATE")
            waiting = threading.Thread(
                target=lambda: grants.append(other.take("tabular/wait", START, "b", 600))
            )
            waiting.start()
            until(lambda: is_waiting(server), "the other waits for the lock")
            between = place.take("tabular/another", START, "a", 0)
        waiting.join()
        (late,) = grants

        assert isinstance(between, Taken)
        assert isinstance(late, Taken)
        assert between.fence < late.fence


def is_waiting(server: Postgres) -> bool:
    """Whether somebody waits for a lock."""
    found = server.run("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    return len(found) > 0
