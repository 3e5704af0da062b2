"""A client of a Docker Engine, and what went wrong with one, in words of our own."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


class EngineError(Exception):
    """An engine cannot be asked, or broke off; the text is for people."""


@contextlib.contextmanager
def connected(socket: str, timeout_seconds: int) -> Iterator[Any]:
    """Given the path of an engine's socket, yield a client; each answer may take so long.

    Raise `EngineError` when it cannot be reached, or when a request of the block fails.
    """
    try:
        import docker
        from docker.errors import DockerException
    except ImportError:
        raise EngineError("the client is missing: install `opsc[docker]`") from None
    try:
        client = docker.APIClient(f"unix://{socket}", version="auto", timeout=timeout_seconds)
        with contextlib.closing(client):
            yield client
    except (DockerException, OSError) as error:
        raise EngineError(f"the engine at {socket}: {words(error)}") from None


def words(error: Exception) -> str:
    """Return what went wrong: what the engine explains, else in words of our own.

    What the client says may quote all that it asked for.
    """
    explained = getattr(error, "explanation", None)
    if explained:
        return " ".join(str(explained).split())[:200]
    text = str(error)
    for sign, said in _SIGNS:
        if sign in text:
            return said
    return f"it did not answer as expected ({type(error).__name__})"


_SIGNS = (
    ("No such file", "its socket is not there"),
    ("Permission denied", "this user may not ask it, who is not in the group of the socket"),
    ("timed out", "no answer in time"),
    ("refused", "nobody listens there"),
    ("Connection aborted", "the connection broke"),
)
"""What the client's text holds, and what is said for it; the first wins."""
