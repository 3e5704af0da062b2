"""One host of several runs an occurrence for all: runs on hosts that share a real Redis."""

from __future__ import annotations

import os
from contextlib import ExitStack
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from runtime.errors import Exit
from runtime.journal.store import open_store
from runtime.lease.opening import open_place
from runtime.lease.place import Taken
from runtime.stop import StopRequest
from tests.runtime import plans
from tests.runtime.test_attempts import DUE, KEY, Host, counting, goes, retries
from tests.servers.redis import redis_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from runtime.contract.plan import Plan
    from runtime.lease.place import Place

LEASED = {"runs": "one", "lease": {"redis": {"env": "LEASES"}}}


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A server that the tests share."""
    with redis_server() as server:
        yield server.url()


@pytest.fixture
def hosts(
    tmp_path: Path, address: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Host, Host]]:
    """Two hosts with a state each; the one that runs calls itself as it is asked to."""
    monkeypatch.setenv("LEASES", address)
    with ExitStack() as stack:
        stop = stack.enter_context(StopRequest())
        made = []
        for name in ("one", "two"):
            store = stack.enter_context(open_store(str(tmp_path / name)))
            made.append(Host(tmp_path / name, store, stop))
        yield made[0], made[1]


def on(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Be a host of this name from here on."""
    monkeypatch.setattr(os, "uname", lambda: SimpleNamespace(nodename=name))


def plan(step: dict[str, Any], name: str, **fields: Any) -> Plan:
    """Return a plan whose job runs on one host, under a name that no other test uses."""
    return plans.loaded(plans.job({"one": step}, name=name, **LEASED, **fields))


def place_of(planned: Plan, address: str) -> Place:
    """Return the place of the leases, as the plan's job knows it."""
    (job,) = planned.jobs.values()
    assert job.lease is not None
    return open_place(job.lease, {"LEASES": address})


def test_the_second_host_learns_that_the_first_one_ran_it(
    hosts: tuple[Host, Host], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It skips the occurrence and says who ran it, and how it ended."""
    planned = plan(counting(tmp_path, fails=0), "shared")
    on("api1", monkeypatch)
    first = hosts[0].run(planned, "tabular/shared")
    on("api2", monkeypatch)
    second = hosts[1].run(planned, "tabular/shared")

    assert (Exit.OK, 1) == (first.exit_code, goes(tmp_path))
    assert ("skipped", "api1 ran it: ok") == (second.outcome, second.reason)


def test_a_host_that_fails_tries_again_itself_and_tells_its_last_end(
    hosts: tuple[Host, Host], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No attempt but the last one ends the occurrence for the others."""
    planned = plan(counting(tmp_path, fails=1), "again", **retries(3))
    on("api1", monkeypatch)
    first = hosts[0].run(planned, "tabular/again")
    on("api2", monkeypatch)
    second = hosts[1].run(planned, "tabular/again")

    assert (Exit.OK, 2, 2) == (first.exit_code, first.attempt, goes(tmp_path))
    assert "api1 ran it: ok" == second.reason


def test_a_host_waits_for_the_one_that_runs_it_and_no_longer_than_it_may_start(
    hosts: tuple[Host, Host], address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another host holds the lease: the reason names it."""
    planned = plan(plans.command("true"), "held", start_deadline_seconds=5)
    place = place_of(planned, address)
    assert isinstance(place.take("tabular/held", DUE, "api1", 60), Taken)
    on("api2", monkeypatch)

    ran = hosts[1].run(planned, "tabular/held")

    assert ("skipped", "api1 is running it") == (ran.outcome, ran.reason)
    assert 5 <= hosts[1].clock.monotonic() < 6
    place.close()


def test_a_lease_that_is_lost_stops_the_step_and_makes_no_success(
    hosts: tuple[Host, Host], address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The renewal finds that another host has it: what runs here is stopped."""
    planned = plan(plans.command("sleep", "60"), "lost")
    on("api1", monkeypatch)
    monkeypatch.setattr("runtime.leased.LEASE_SECONDS", 0.6)
    monkeypatch.setattr("runtime.gate.LEASE_SECONDS", 0.6)
    stolen = place_of(planned, address)

    def steal() -> None:
        # As if the lease had run out and another host had come: its own first, then the other's.
        own = stolen.take("tabular/lost", DUE, "api1", 0.001)
        assert isinstance(own, Taken)
        while not isinstance(stolen.take("tabular/lost", DUE, "api2", 60), Taken):
            pass

    hosts[0].begun = steal
    ran = hosts[0].run(planned, "tabular/lost")

    assert "failed" == ran.outcome
    assert ran.reason in (
        "step one: stopped by a lost lease",
        "the lease was lost while it ran: another host may have run it",
    )
    stolen.close()


@pytest.mark.parametrize(
    ("leases", "said"),
    [("redis://127.0.0.1:1/0", "reach"), (None, "the variable LEASES is not set")],
)
def test_without_the_place_nothing_runs(
    hosts: tuple[Host, Host], monkeypatch: pytest.MonkeyPatch, leases: str | None, said: str
) -> None:
    """Twice would be worse than not at all; the occurrence has failed, with the reason."""
    if leases is None:
        monkeypatch.delenv("LEASES")
    else:
        monkeypatch.setenv("LEASES", leases)

    ran = hosts[0].run(plan(plans.command("true"), "tidy"), KEY)

    assert "failed" == ran.outcome
    assert said in ran.reason
