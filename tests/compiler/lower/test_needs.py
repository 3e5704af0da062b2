"""What a job must reach follows from its steps' parameters."""

from __future__ import annotations

from dataclasses import replace

from compiler.lower.needs import KINDS, LOOPBACK, Needs, needs, serving_needs, with_paths
from runtime.contract import kinds
from runtime.contract.collector import Collector, Watched
from runtime.contract.command import Command
from runtime.contract.data_expire import DataExpire, ExpireObjects, ExpireRows
from runtime.contract.docker_prune import DockerPrune
from runtime.contract.files_expire import Place
from runtime.contract.files_rotate import FilesRotate, Reopening
from runtime.contract.health_check import (
    Check,
    HealthCheck,
    PostgresCheck,
    QueueCheck,
    StorageCheck,
    SystemdCheck,
)
from runtime.contract.http_call import HttpCall
from runtime.contract.plan import Lease
from runtime.contract.postgres_vacuum import PostgresVacuum
from runtime.contract.redis_expire import RedisExpire
from runtime.contract.secret import Secret
from runtime.contract.serve import Serve
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


def test_what_is_done_to_a_database_needs_the_network_and_its_secret() -> None:
    """Its address stands in the secret; rows that expire are no different."""
    dsn = Secret(credential="owner")
    rows = ExpireRows(dsn=Secret(env="DSN"), table="a", column="at", older_than_seconds=1)
    job = plans.job("j", "manual", PostgresVacuum(dsn=dsn), DataExpire(rows=rows)).contract
    need = needs(job)

    assert need.secrets == (("credential", "owner"), ("env", "DSN"))
    assert need.hidden_peers == (
        "the database (credential owner)",
        "the database of the rows (env DSN)",
    )
    assert need.addresses is None


def test_objects_that_expire_need_their_storage() -> None:
    """An endpoint is a peer; AWS has many addresses, and none that could be told."""
    aws = ExpireObjects(bucket="exports", prefix="old/", older_than_seconds=1)
    own = replace(
        aws,
        endpoint="https://192.0.2.7:9000",
        ca="/etc/ssl/own.pem",
        access_key=Secret(credential="id"),
        secret_key=Secret(credential="key"),
    )
    need = needs(plans.job("j", "manual", DataExpire(objects=own)).contract)

    assert need == Needs(
        reads=("/etc/ssl/own.pem",),
        peers=("192.0.2.7",),
        secrets=(("credential", "id"), ("credential", "key")),
    )

    far = needs(plans.job("j", "manual", DataExpire(objects=aws)).contract)

    assert (None, ()) == (far.addresses, far.secrets)


def test_clean_ups_need_their_folders_their_redis_and_their_engine() -> None:
    """And who tells a process by its pid file may signal it."""
    places = (Place(root="/srv/log"),)
    by_file = Reopening(pid_file="/run/x.pid")
    need = needs(
        plans.job(
            "j",
            "manual",
            FilesRotate(places=places, keep_seconds=1, signal=by_file),
            RedisExpire(keys=("a:*",), ttl_seconds=1, url=Secret(credential="cache")),
            DockerPrune(what=("images",)),
        ).contract
    )

    assert need == Needs(
        writes=("/srv/log",),
        reads=("/run/x.pid", "/var/run/docker.sock"),
        hidden_peers=("the Redis (credential cache)",),
        secrets=(("credential", "cache"),),
        capabilities=("CAP_KILL",),
    )


def test_a_unit_is_told_without_a_capability() -> None:
    """Systemd does it."""
    rotation = FilesRotate(places=(), keep_seconds=1, signal=Reopening(unit="a.service"))

    assert () == needs(plans.job("j", "manual", rotation).contract).capabilities


def test_a_call_needs_its_address_and_its_secrets() -> None:
    """An address that is a secret has no name to allow."""
    open_call = HttpCall(
        url="https://x.example.org/a", secrets={"X": Secret(env="X")}, token=Secret(file="/t")
    )
    hidden = HttpCall(url_from=Secret(credential="hook"))
    need = needs(plans.job("j", "manual", open_call, hidden).contract)

    assert need == Needs(
        peers=("x.example.org",),
        hidden_peers=("what is called (credential hook)",),
        secrets=(("credential", "hook"), ("env", "X"), ("file", "/t")),
    )


def test_who_watches_a_host_sees_its_processes_and_disks() -> None:
    """And the files in which processes write their pids; without a collector nothing of it."""
    processes = {"api": Watched(pid_file="/run/api.pid"), "worker": Watched(name="worker")}
    watched = Collector(disks=("/", "/home"), processes=processes)

    assert Needs(
        peers=(LOOPBACK,), reads=("/", "/home", "/run/api.pid"), sees_host=True
    ) == serving_needs([], {}, Serve(), watched)
    assert Needs(peers=(LOOPBACK,)) == serving_needs([], {}, Serve())
