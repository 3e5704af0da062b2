"""One server of a test: a free port, a process that is ended by who started it."""

from __future__ import annotations

import contextlib
import os
import pwd
import signal
import socket
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

READY_SECONDS: Final = 60
STOP_SECONDS: Final = 20
POLL_SECONDS: Final = 0.02


def free_port() -> int:
    """Return a port of loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def another_user(name: str) -> dict[str, Any]:
    """Return the arguments of `Popen` that make a process another user's, where we are root.

    PostgreSQL refuses to run as root.
    """
    if os.getuid() != 0:
        return {}
    entry = pwd.getpwnam(name)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


@contextlib.contextmanager
def folder_of(user: str) -> Iterator[Path]:
    """Make a folder that a user owns and can reach, which pytest's are not; remove it after."""
    with tempfile.TemporaryDirectory(prefix="opsc-server-", ignore_cleanup_errors=True) as made:
        who = another_user(user)
        if who:
            os.chown(made, who["user"], who["group"])
        yield Path(made)


@contextlib.contextmanager
def running(
    argv: Sequence[str],
    log: Path,
    is_ready: Callable[[], bool],
    *,
    stop: signal.Signals = signal.SIGTERM,
    **options: Any,
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server until the block ends; its output goes to a log."""
    with log.open("ab") as output:
        server = subprocess.Popen(argv, stdout=output, stderr=output, **options)
    try:
        _wait(server, is_ready, log)
        yield server
    finally:
        end(server, stop)


def end(server: subprocess.Popen[bytes], stop: signal.Signals) -> None:
    """End a server that was started here, kindly at first."""
    if server.poll() is None:
        server.send_signal(stop)
    try:
        server.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def until(is_so: Callable[[], bool], what: str) -> None:
    """Wait until something is so; fail when it never is."""
    pause = threading.Event()
    deadline = time.monotonic() + READY_SECONDS
    while not is_so():
        assert time.monotonic() < deadline, f"never: {what}"
        pause.wait(POLL_SECONDS)


def _wait(server: subprocess.Popen[bytes], is_ready: Callable[[], bool], log: Path) -> None:
    def ready_or_gone() -> bool:
        assert server.poll() is None, log.read_text(errors="replace")[-2000:]
        return is_ready()

    until(ready_or_gone, f"{server.args!r} is ready")
