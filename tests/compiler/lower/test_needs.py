"""What a job must reach follows from its steps' parameters."""

from __future__ import annotations

from dataclasses import replace

from compiler.lower.needs import KINDS, Needs, needs, with_paths
from runtime.contract import kinds
from runtime.contract.command import Command
from runtime.contract.health_check import (
    Check,
    HealthCheck,
    PostgresCheck,
    QueueCheck,
    StorageCheck,
    SystemdCheck,
)
from runtime.contract.plan import Lease
from runtime.contract.secret import Secret
from tests.compiler.emit import plans


def test_every_kind_says_what_it_needs() -> None:
    """A kind that is not here would run without the folders it works on."""
    assert set(kinds.KINDS) == set(KINDS)


def test_steps_add_up() -> None:
    """Folders, paths and peers of all steps come together, sorted, each once."""
    job = plans.job(
        "j",
        "manual",
        plans.expiry("/b", "/a"),
        plans.expiry("/a"),
        plans.checks("http://x.example.org:8000/", disks=("/data",)),
    )

    assert Needs(writes=("/a", "/b"), reads=("/data",), peers=("x.example.org",)) == needs(
        job.contract
    )


def test_names_have_no_addresses() -> None:
    """One name among the peers, and the network cannot be narrowed by address."""
    assert Needs(peers=("192.0.2.1", "x.example.org")).addresses is None
    assert Needs(peers=("192.0.2.1", "127.0.0.1", "::1", "localhost")).addresses == (
        "192.0.2.1",
        "localhost",
    )


def test_a_command_needs_what_it_declares() -> None:
    """Paths, peers, secrets, capabilities, code and memory of a command are its job's needs."""
    command = Command(
        argv=("/usr/bin/tidy",),
        secrets={"A": Secret(credential="a"), "B": Secret(file="/home/b"), "C": Secret(env="C")},
        writes=("/srv/tidy",),
        reads=("/srv/list",),
        connects=("192.0.2.9",),
        capabilities=("CAP_CHOWN",),
        makes_code=True,
        memory_bytes=2**31,
    )
    need = needs(plans.job("j", "manual", command, plans.expiry("/a")).contract)

    assert need == Needs(
        writes=("/a", "/srv/tidy"),
        reads=("/", "/srv/list", "/usr/bin/tidy"),
        peers=("192.0.2.9",),
        secrets=(("credential", "a"), ("env", "C"), ("file", "/home/b")),
        capabilities=("CAP_CHOWN",),
        makes_code=True,
        memory_bytes=2**31,
    )
    assert need.is_below("/home")


def test_a_lease_needs_its_place() -> None:
    """The address is in the secret: the network is needed, and by which address is unknown."""
    job = plans.job("j", "manual", plans.expiry("/a")).contract
    need = needs(replace(job, lease=Lease(postgres=Secret(credential="dsn"))))

    assert need.is_networked
    assert need.addresses is None
    assert need.secrets == (("credential", "dsn"),)
    assert need.unaddressed == ("the lease (credential dsn)",)


def test_networks_are_addresses_and_any_is_none() -> None:
    """A network can be allowed by itself; `any` cannot."""
    assert Needs(peers=("192.0.2.0/24", "127.0.0.0/8")).addresses == ("192.0.2.0/24", "localhost")
    assert Needs(peers=("any",)).addresses is None


def test_a_program_in_a_home_is_seen() -> None:
    """The unit's own paths count: a home that holds the program is not hidden."""
    need = with_paths(Needs(), ("/home/tabular/venv/bin/opsrun", "/srv/state", None))

    assert need.reads == ("/home/tabular/venv/bin/opsrun", "/srv/state")
    assert need.is_below("/home")


def test_a_name_that_begins_alike_is_not_below() -> None:
    """`/homework` is no home."""
    assert not Needs(writes=("/homework",)).is_below("/home")
    assert Needs(reads=("/home",)).is_below("/home")


def test_a_check_needs_what_it_looks_at() -> None:
    """A write probe writes; the addresses of databases are secrets, wherever they are kept."""
    checks = {
        "db": Check(postgres=PostgresCheck(dsn=Secret(credential="a"), replica=Secret(file="/b"))),
        "jobs": Check(queue=QueueCheck(redis=Secret(env="C"), list="jobs")),
        "data": Check(storage=StorageCheck(path="/srv", write=True)),
        "logs": Check(storage=StorageCheck(path="/var/log")),
        "unit": Check(systemd=SystemdCheck(unit="a.service")),
    }
    need = needs(plans.job("j", "manual", HealthCheck(checks=checks)).contract)

    assert need.writes == ("/srv",)
    assert need.reads == ("/var/log",)
    assert need.secrets == (("credential", "a"), ("env", "C"), ("file", "/b"))
    assert "what check db connects to (credential a)" in need.hidden_peers
