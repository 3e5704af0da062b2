from __future__ import annotations

import socket
from typing import TYPE_CHECKING

from runtime.contract.secret import Secret
from runtime.errors import Exit
from tests.runtime.kinds.diagnostics.collected import collected
from tests.servers.process import free_port

if TYPE_CHECKING:
    from pathlib import Path


def test_hosts_of_the_resources_are_looked_up_and_connected_to(tmp_path: Path) -> None:
    """With the time it took; the passwords of their addresses are shown to nobody."""
    nobody = free_port()
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        (tmp_path / "dsn").write_text(
            f"host=127.0.0.1,localhost port={port},{nobody} password=canary-a"
        )
        (tmp_path / "url").write_text(f"redis://:canary-b@127.0.0.1:{nobody}/0")
        found = collected(
            tmp_path / "state",
            "network",
            endpoints={"api": f"http://localhost:{port}/", "lost": "https://nowhere.invalid/x"},
            databases={"db": Secret(file=str(tmp_path / "dsn"))},
            caches={"cache": Secret(file=str(tmp_path / "url"))},
        )
    rows = [line.split() for line in found.files["network/reached.txt"].splitlines()[1:]]
    results = {(row[0], row[2]): row[-1] for row in rows}

    assert Exit.OK == found.result.exit_code
    assert ["connected", "connected", "refused", "refused"] == [
        results["api", str(port)],
        results["db", str(port)],
        results["db", str(nobody)],
        results["cache", str(nobody)],
    ]
    assert ("lost", "443") in results
    assert 3 == len(found.index["striking"])
    assert "canary" not in found.everything


def test_sockets_addresses_and_routes_are_listed(tmp_path: Path) -> None:
    """What listens is there by its port."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        found = collected(tmp_path / "state", "network")
    sockets = [line.split() for line in found.files["network/sockets.txt"].splitlines()]

    assert ["tcp", "127.0.0.1", str(port)] in [row[:3] for row in sockets]
    assert "lo:" in found.files["network/proc/dev"]
    assert "ok" == found.collector("network")["status"]


def test_an_address_that_cannot_be_had_is_no_fault_of_the_network(tmp_path: Path) -> None:
    """The collector that asks the database says it."""
    found = collected(
        tmp_path / "state", "network", databases={"db": Secret(file=str(tmp_path / "none"))}
    )

    assert "ok" == found.collector("network")["status"]
    assert "cannot be read" in found.collector("network")["absent"][0]
