"""A connection to Redis, and what went wrong with one, in words of our own."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, Any

from runtime.kinds.health.answer import CheckError
from runtime.secrets import resolve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runtime.contract.secret import Secret
    from runtime.kinds.health.answer import Line


@contextlib.contextmanager
def connected(url: Secret, line: Line) -> Iterator[Any]:
    """Given where an address is kept, yield a client of the Redis there, which tries once.

    Raise `CheckError` when it cannot be reached, or when a command of the block fails.
    """
    try:
        import redis
        from redis.backoff import NoBackoff
        from redis.retry import Retry
    except ImportError:
        raise CheckError("the driver is missing: install `opsc[redis]`") from None

    address = resolve(url, os.environ)
    try:
        client = redis.Redis.from_url(
            address,
            socket_timeout=line.seconds,
            socket_connect_timeout=line.seconds,
            retry=Retry(NoBackoff(), 0),
        )
    except ValueError:
        raise CheckError("its address is malformed") from None
    try:
        with client:
            yield client
    except redis.exceptions.RedisError as error:
        raise CheckError(_words(error)) from None


def _words(error: Exception) -> str:
    """Return what went wrong, in words of our own."""
    text, kind = str(error), type(error).__name__
    if kind.startswith(("Authentication", "Authorization")) or "WRONGPASS" in text:
        is_asked = "required" in text or "already authenticated" in text
        return "it asks for a password" if is_asked else "the password is refused"
    if "NOPERM" in text or kind == "NoPermissionError":
        return "its user may not ask this"
    if kind == "BusyLoadingError":
        return "it is loading its data"
    if kind == "TimeoutError":
        return "no answer in time"
    if "refused" in text:
        return "the connection is refused"
    if "Name or service not known" in text or "resolution" in text:
        return "its host name is unknown"
    if kind == "ConnectionError":
        return "it cannot be reached"
    return "it refused a command"
