"""What a job must reach follows from its steps' parameters."""

from __future__ import annotations

from compiler.emit.systemd.needs import KINDS, Needs, needs
from runtime.contract import kinds
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


def test_a_name_that_begins_alike_is_not_below() -> None:
    """`/homework` is no home."""
    assert not Needs(writes=("/homework",)).is_below("/home")
    assert Needs(reads=("/home",)).is_below("/home")
