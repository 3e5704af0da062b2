"""A Docker Engine of its own, of Debian's package, without network, in folders thrown away after.

It takes root, and a kernel that lets it be; where it does not start, what needs it is skipped, and
says so.
"""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import signal
import subprocess
import tarfile
import tempfile
from pathlib import Path
from socket import AF_UNIX, SOCK_STREAM
from socket import socket as socket_of
from typing import TYPE_CHECKING, Any

import docker
import pytest

from tests.servers.process import running

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextlib.contextmanager
def docker_engine() -> Iterator[str]:
    """Run an engine until the block ends; yield the path of its socket. Skip where none starts."""
    program = shutil.which("dockerd")
    if program is None or os.geteuid() != 0:
        pytest.skip("OPTIONAL PROGRAM IS MISSING: dockerd, and root to start it")
    # Not below a test's own folder: the path of a socket is short.
    with tempfile.TemporaryDirectory(prefix="opsc-docker-", ignore_cleanup_errors=True) as made:
        folder = Path(made)
        socket = folder / "sock"
        argv = [
            program,
            f"--data-root={folder}/data",
            f"--exec-root={folder}/exec",
            f"--pidfile={folder}/pid",
            f"--host=unix://{socket}",
            "--iptables=false",
            "--ip6tables=false",
            "--bridge=none",
            "--storage-driver=vfs",
        ]
        log = folder / "log"
        with contextlib.ExitStack() as stack:
            try:
                stack.enter_context(
                    running(argv, log, lambda: _answers(socket), stop=signal.SIGTERM)
                )
            except AssertionError as error:
                pytest.skip(f"OPTIONAL PROGRAM IS MISSING: a dockerd that starts here: {error}")
            yield str(socket)


@contextlib.contextmanager
def client_of(socket: str) -> Iterator[Any]:
    """Return a client of an engine that is closed at the end of the block."""
    with contextlib.closing(docker.APIClient(f"unix://{socket}", version="auto")) as client:
        yield client


def import_image(client: Any, tag: str, **labels: str) -> str:
    """Make an image of this host's `sleep` and what it is linked with; return its id.

    What had the name has none any more then.
    """
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", dereference=True) as archive:
        for path in ("/bin/sleep", *_libraries("/bin/sleep")):
            archive.add(path)
        # Images of the same content would share it.
        content = f"{tag} {labels}".encode()
        entry = tarfile.TarInfo("made-for")
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))
    repository, _, name = tag.partition(":")
    changes = [f'LABEL "{key}"="{value}"' for key, value in labels.items()]
    client.import_image_from_data(
        packed.getvalue(), repository=repository, tag=name, changes=changes
    )
    identity: str = client.inspect_image(tag)["Id"]
    return identity


def _libraries(program: str) -> list[str]:
    said = subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout
    return [word for word in said.split() if word.startswith("/")]


def _answers(socket: Path) -> bool:
    """Whether it listens; its client leaves a connection open that is refused."""
    with contextlib.closing(socket_of(AF_UNIX, SOCK_STREAM)) as probe:
        try:
            probe.connect(str(socket))
        except OSError:
            return False
    try:
        with client_of(str(socket)) as client:
            return bool(client.ping())
    except docker.errors.DockerException:
        return False
