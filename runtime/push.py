"""Metrics to a Pushgateway, for runs that no node exporter sees, as those in pods are.

One group holds what one state folder says of all its jobs, and each push replaces it. Scraped with
`honor_labels`, its series look like those of a host of the instance's name.
"""

from __future__ import annotations

import fcntl
import os
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from runtime.contract.frozen import Frozen, frozen
from runtime.errors import reason_of
from runtime.http import HttpError, Request, ask

if TYPE_CHECKING:
    from collections.abc import Mapping

JOB: Final = "opsrun"
LOCK: Final = ".push.lock"
"""Beside the text file: who holds it pushes. It is not the lock of who writes the file."""
_LOCK_FLAGS: Final = os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC
TIMEOUT_SECONDS: Final = 5.0
"""How long one push may take, and how long a gateway that hangs keeps the run that asks it."""
LIMIT_BYTES: Final = 4096


@frozen
class Gateway(Frozen):
    """A Pushgateway, and the instance that its group is of."""

    url: str
    instance: str

    def push(self, exposition: bytes) -> str | None:
        """Put an exposition in the place of the last one; return why that could not be done."""
        group = f"metrics/job/{JOB}/instance/{quote(self.instance, safe='')}"
        request = Request(
            url=f"{self.url.rstrip('/')}/{group}",
            method="PUT",
            headers={"Content-Type": "text/plain; version=0.0.4"},
            body=exposition,
        )
        try:
            answer = ask(request, timeout_seconds=TIMEOUT_SECONDS, limit_bytes=LIMIT_BYTES)
        except HttpError as error:
            return str(error)
        said = " ".join(answer.text.split())[:200]
        return None if answer.status in (200, 202) else f"it answered {answer.status}: {said}"


def gateway_of(environment: Mapping[str, str], host: str) -> Gateway | None:
    """Given a process's environment and its host's name, return where it is to report to.

    That is ``OPSRUN_PUSHGATEWAY``; None where nobody says it.
    """
    url = environment.get("OPSRUN_PUSHGATEWAY")
    return Gateway(url=url, instance=host) if url else None


def push_newest(gateway: Gateway, path: str) -> str | None:
    """Push the text file at `path` as it is by then; return why that could not be done.

    Writing the file waits for no push. One process at a time pushes, and it reads the file when it
    is its turn, so that no older state follows a newer one. Another process that finds it at work
    leaves its own to it: who has pushed looks again, after it has let go of the lock, whether the
    file was replaced meanwhile, and then pushes that. Either it sees the newer file, or the writer
    of that one found the lock free.

    A push that fails is not made again, and what was left to it neither: each push says all there
    is to say, so that the next run's makes up for it. The same holds for one that a gateway carries
    out after its time, over a newer one: it stands there until the next run, and not for ever.
    """
    try:
        lock = os.open(os.path.join(os.path.dirname(path), LOCK), _LOCK_FLAGS, 0o600)
        try:
            return _push_in_turn(gateway, path, lock)
        finally:
            os.close(lock)
    except OSError as error:
        return reason_of(error)


def _push_in_turn(gateway: Gateway, path: str, lock: int) -> str | None:
    pushed: bytes | None = None
    while pushed != _read(path):
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return None
        # What was read before the lock was had may be older than what was pushed last.
        pushed = _read(path)
        reason = gateway.push(pushed)
        fcntl.flock(lock, fcntl.LOCK_UN)
        if reason is not None:
            return reason
    return None


def _read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()
