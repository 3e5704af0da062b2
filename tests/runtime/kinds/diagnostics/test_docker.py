from __future__ import annotations

import contextlib
import io
import os
import socket
import subprocess
import tarfile
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingUnixStreamServer
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest

from runtime.errors import Exit
from tests.runtime.kinds.diagnostics.canaries import CANARIES
from tests.runtime.kinds.diagnostics.collected import Collected, collected
from tests.runtime.kinds.diagnostics.test_redaction import pieces
from tests.servers.docker import client_of, docker_engine

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SHELL = "/bin/dash"
IMAGE = "opsc-shell:1"


@pytest.fixture(scope="module")
def engine() -> Iterator[str]:
    """The socket of an engine that has an image with a shell."""
    with docker_engine() as path:
        with client_of(path) as client:
            client.import_image_from_data(_image(), repository="opsc-shell", tag="1")
        yield path


def _image() -> bytes:
    """Return a file system that has a shell and what it is linked with, and nothing else."""
    linked = subprocess.run(["ldd", SHELL], capture_output=True, text=True, check=True).stdout
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", dereference=True) as archive:
        for path in (SHELL, *(word for word in linked.split() if word.startswith("/"))):
            archive.add(path)
    return packed.getvalue()


@contextlib.contextmanager
def container(path: str, name: str, script: str, **options: Any) -> Iterator[None]:
    """Run a script in a container to its end; the container goes with the block."""
    with client_of(path) as client:
        limits = client.create_host_config(network_mode="none")
        made = client.create_container(
            IMAGE, [SHELL, "-c", script], name=name, host_config=limits, **options
        )
        client.start(made)
        client.wait(made)
        try:
            yield
        finally:
            client.remove_container(made, force=True)


def docker(tmp_path: Path, path: str, **asked: Any) -> Collected:
    """Collect of an engine."""
    return collected(tmp_path / "state", "docker", docker_socket=path, **asked)


def test_containers_are_listed_inspected_and_heard(engine: str, tmp_path: Path) -> None:
    """Those whose names are meant; the last lines of what they wrote."""
    script = "i=0; while [ $i -lt 300 ]; do i=$((i+1)); echo line $i; done; exit 3"
    with container(engine, "tabular-api", script), container(engine, "other", "echo no"):
        found = docker(tmp_path, engine, containers=("*tabular*",), container_lines=100)

    log = found.files["docker/tabular-api/log.txt"].splitlines()
    assert Exit.OK == found.result.exit_code
    assert ["line 201", "line 300"] == [line.split(" ", 1)[1] for line in (log[0], log[-1])]
    assert "other" in found.files["docker/containers.txt"]
    assert not any(name.startswith("docker/other") for name in found.files)
    assert ["container tabular-api: ended with 3"] == found.index["striking"]


def test_no_secret_of_a_container_is_left(engine: str, tmp_path: Path) -> None:
    """In its variables, its labels, its arguments, and what it wrote."""
    lines = [canary.text for canary in CANARIES]
    variables = {f"PLAIN_{index}": canary.secret for index, canary in enumerate(CANARIES)}
    variables["LOG_LEVEL"] = "debug"
    script = "while read -r line; do echo \"$line\"; done <<'END'\n" + "\n".join(lines) + "\nEND"
    labels = {"note": "password=canary-label"}
    with container(engine, "tabular-x", script, environment=variables, labels=labels):
        found = docker(tmp_path, engine)

    everything = found.everything
    left = [x.name for x in CANARIES if any(piece in everything for piece in pieces(x.secret))]
    assert [] == left
    assert "canary-label" not in everything
    assert "PLAIN_0=***" in found.files["docker/tabular-x/inspect.json"]
    assert "LOG_LEVEL=debug" in found.files["docker/tabular-x/inspect.json"]


def test_of_a_flood_of_a_container_the_end_is_kept(engine: str, tmp_path: Path) -> None:
    """Long lines, many of them: whole ones, up to the last; the index says what is missing."""
    script = "x=x; for i in 1 2 3 4 5 6 7 8 9 10 11 12 13; do x=$x$x; done\n"
    script += "i=0; while [ $i -lt 200 ]; do i=$((i+1)); echo $i $x; done"
    with container(engine, "tabular-flood", script):
        found = docker(tmp_path, engine, container_lines=1000, collector_limit_bytes=2**18)

    assert found.result.facts["bytes"] < 2**18
    lines = found.files["docker/tabular-flood/log.txt"].splitlines()
    numbers = [int(line.split()[1]) for line in lines]
    assert [*range(numbers[0], 201)] == numbers
    assert 1 < numbers[0] < 200
    (cut,) = found.collector("docker")["cut"]
    assert cut.startswith("tabular-flood/log.txt: fewer than 1000 lines have room; ")


def test_a_host_without_an_engine_is_no_fault(tmp_path: Path) -> None:
    """There is nothing to be had, and it is said."""
    found = docker(tmp_path, str(tmp_path / "none.sock"))

    assert (Exit.OK, "absent") == (found.result.exit_code, found.collector("docker")["status"])


def test_a_socket_where_nobody_listens_is_a_fault(tmp_path: Path) -> None:
    """An engine that is down is worth a word."""
    path = tmp_path / "s"
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    found = docker(tmp_path, str(path))

    assert (Exit.PARTLY, "failed") == (found.result.exit_code, found.collector("docker")["status"])


class Hanging(BaseHTTPRequestHandler):
    """An engine that answers the first request, and never another one.

    A real one cannot be made to hang at a certain request.
    """

    def do_GET(self) -> None:
        """Answer with a version, else with nothing."""
        body = b'{"ApiVersion": "1.41", "Version": "0"}' if self.path.endswith("version") else b""
        self.send_response(200)
        self.send_header("Content-Length", str(len(body) or 1000))
        self.end_headers()
        self.wfile.write(body)
        if not body:
            self.server.gone.wait(60)  # type: ignore[attr-defined]  # set below

    def address_string(self) -> str:
        """A socket of this host has no address."""
        return ""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def test_an_engine_that_hangs_is_a_fault_and_what_came_is_kept(tmp_path: Path) -> None:
    """Within the collector's own time."""
    from threading import Event

    path = f"/tmp/opsc-hanging-{os.getpid()}.sock"
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)
    with ThreadingUnixStreamServer(path, Hanging) as server:
        server.gone = Event()  # type: ignore[attr-defined]  # asked by the handler
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        found = docker(tmp_path, path, collector_timeout_seconds=4)
        server.gone.set()  # type: ignore[attr-defined]  # as above
        server.shutdown()
        thread.join()
    os.unlink(path)

    assert Exit.PARTLY == found.result.exit_code
    assert "docker/version.json" in found.files
    assert found.collector("docker")["faults"]
