"""Real servers on loopback, in folders of their own, on free ports, stopped by who started them."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

READY_SECONDS: Final = 20
STOP_SECONDS: Final = 10
POLL_SECONDS: Final = 0.05


def free_port() -> int:
    """Return a port of loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def answers(url: str) -> bool:
    """Whether an address answers with 200."""
    try:
        with urllib.request.urlopen(url, timeout=1) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


@contextlib.contextmanager
def running(argv: Sequence[str], ready_url: str, folder: Path) -> Iterator[None]:
    """Run a server until the block ends; its output goes to a log in the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    log_file = folder / "server.log"
    with log_file.open("wb") as log:
        server = subprocess.Popen(argv, cwd=folder, stdout=log, stderr=log)
        try:
            _wait_until_ready(server, ready_url, log_file)
            yield
        finally:
            server.terminate()
            try:
                server.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def _wait_until_ready(server: subprocess.Popen[bytes], url: str, log: Path) -> None:
    pause = threading.Event()
    deadline = time.monotonic() + READY_SECONDS
    while not answers(url):
        if server.poll() is not None or time.monotonic() > deadline:
            raise AssertionError(f"{server.args!r} is not ready:\n{log.read_text()[-2000:]}")
        pause.wait(POLL_SECONDS)


def prometheus(config: Path, port: int, folder: Path) -> contextlib.AbstractContextManager[None]:
    """Run Prometheus with a configuration on a port of loopback."""
    argv = [
        "prometheus",
        f"--config.file={config}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
        f"--web.console.templates={folder}",
        f"--web.console.libraries={folder}",
    ]
    return running(argv, f"http://127.0.0.1:{port}/-/ready", folder)


def alertmanager(config: Path, port: int, folder: Path) -> contextlib.AbstractContextManager[None]:
    """Run Alertmanager with a configuration on a port of loopback."""
    argv = [
        "prometheus-alertmanager",
        f"--config.file={config}",
        f"--storage.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--cluster.listen-address=",
    ]
    return running(argv, f"http://127.0.0.1:{port}/-/ready", folder)


def pushgateway(port: int, folder: Path) -> contextlib.AbstractContextManager[None]:
    """Run a Pushgateway on a port of loopback that keeps nothing: Debian's would, for all."""
    argv = [
        "prometheus-pushgateway",
        f"--web.listen-address=127.0.0.1:{port}",
        "--persistence.file=",
    ]
    return running(argv, f"http://127.0.0.1:{port}/-/ready", folder)
