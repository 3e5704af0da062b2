from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runtime.contract.secret import Secret
from runtime.errors import Exit
from tests.runtime.kinds.diagnostics.canaries import CANARIES
from tests.runtime.kinds.diagnostics.collected import Collected, collected
from tests.runtime.kinds.diagnostics.test_redaction import pieces
from tests.servers.redis import PASSWORD, redis_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.servers.redis import Redis


@pytest.fixture(scope="module")
def server() -> Iterator[Redis]:
    """A Redis that takes every command for a slow one."""
    with redis_server(slowlog_log_slower_than="0", maxmemory="100mb") as running:
        yield running


def cache(tmp_path: Path, url: str) -> Collected:
    """Collect of a Redis."""
    secret = tmp_path / "url"
    secret.write_text(url)
    return collected(tmp_path / "state", "cache", caches={"sessions": Secret(file=str(secret))})


def test_a_redis_tells_all_that_is_asked(server: Redis, tmp_path: Path) -> None:
    """And its password stays where it is."""
    found = cache(tmp_path, server.url())

    names = ("info", "slowlog", "memory", "doctor", "latency", "clients", "settings")
    assert (Exit.OK, "ok") == (found.result.exit_code, found.collector("cache")["status"])
    assert {f"cache/sessions/{name}.txt" for name in names} == {
        name for name in found.files if name.startswith("cache/")
    }
    assert "redis_version:" in found.files["cache/sessions/info.txt"]
    assert "104857600" in found.files["cache/sessions/settings.txt"]
    assert PASSWORD not in found.everything


def test_no_secret_of_a_command_is_left(server: Redis, tmp_path: Path) -> None:
    """Values are not shown, nor are arguments of commands that take passwords."""
    with server.client() as client:
        for canary in CANARIES[:40]:
            client.set("key:1", canary.text)
            client.get(canary.text)
        client.config_set("masteruser", "canary-of-a-setting")
        client.config_set("masteruser", "")
        client.acl_setuser("x", enabled=True, passwords=["+canary-of-a-user"])
        client.client_setname("token=canary-of-a-client")
        found = cache(tmp_path, server.url())

    everything = found.everything
    left = [x.name for x in CANARIES if any(piece in everything for piece in pieces(x.secret))]
    assert [] == left
    assert "canary-of" not in everything
    assert "SET key:1 … 1 more" in found.files["cache/sessions/slowlog.txt"] or (
        "… " in found.files["cache/sessions/slowlog.txt"]
    )


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("redis://:canary-wrong@127.0.0.1:{port}/0", "the password is refused"),
        ("redis://:canary-wrong@127.0.0.1:1/0", "the connection is refused"),
        ("canary-wrong", "its address is malformed"),
    ],
)
def test_a_redis_that_cannot_be_asked_is_a_fault_of_its_own(
    server: Redis, tmp_path: Path, url: str, fault: str
) -> None:
    """In our words, without the address."""
    found = cache(tmp_path, url.format(port=server.port))

    assert (Exit.PARTLY, [f"sessions: {fault}"]) == (
        found.result.exit_code,
        found.collector("cache")["faults"],
    )
    assert "canary-wrong" not in found.everything
