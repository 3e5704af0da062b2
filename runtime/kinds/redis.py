"""A connection to Redis, and what went wrong with one, in words of our own."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, Any

from runtime.secrets import resolve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runtime.contract.secret import Secret


class RedisFaultError(Exception):
    """It cannot be reached, or refuses a command; the text is for people and holds no secret."""


@contextlib.contextmanager
def connected(url: Secret, timeout_seconds: float) -> Iterator[Any]:
    """Given where an address is kept, yield a client of the Redis there, which tries once.

    Raise `RedisFaultError` when it cannot be reached, or when a command of the block fails.
    """
    try:
        import redis
        from redis.backoff import NoBackoff
        from redis.retry import Retry
    except ImportError:
        raise RedisFaultError("the driver is missing: install `opsc[redis]`") from None

    address = resolve(url, os.environ)
    own = {
        "socket_timeout": timeout_seconds,
        "socket_connect_timeout": timeout_seconds,
        "retry": Retry(NoBackoff(), 0),
        "decode_responses": False,
    }
    try:
        client = redis.Redis.from_url(address)
        pool = client.connection_pool
        # What an address says behind its `?` would go before what is given beside it.
        pool.connection_kwargs.update(own)
        # An option that there is not shows when a connection is made, not yet opened.
        pool.connection_class(**pool.connection_kwargs)
    except (ValueError, TypeError):
        raise RedisFaultError("its address is malformed") from None
    try:
        with client:
            yield client
    except redis.exceptions.RedisError as error:
        raise RedisFaultError(_words(error)) from None


def _words(error: Exception) -> str:
    """Return what went wrong, in words of our own."""
    text, kind = str(error), type(error).__name__
    if kind.startswith(("Authentication", "Authorization")) or "WRONGPASS" in text:
        is_asked = "required" in text or "already authenticated" in text
        return "it asks for a password" if is_asked else "the password is refused"
    for sign, words in _SIGNS:
        if sign in text or sign == kind:
            return words
    return "it refused a command"


_SIGNS = (
    ("NOPERM", "its user may not ask this"),
    ("NoPermissionError", "its user may not ask this"),
    ("BusyLoadingError", "it is loading its data"),
    ("LFU maxmemory policy", "it evicts by frequency (LFU) and does not know how long keys idle"),
    ("ReadOnlyError", "it is a replica, which cannot be changed"),
    ("READONLY", "it is a replica, which cannot be changed"),
    ("OutOfMemoryError", "its memory is full"),
    ("TimeoutError", "no answer in time"),
    ("refused", "the connection is refused"),
    ("Name or service not known", "its host name is unknown"),
    ("resolution", "its host name is unknown"),
    ("ConnectionError", "it cannot be reached"),
)
"""What the driver's text holds, or its class is called, and what is said for it; the first wins."""
