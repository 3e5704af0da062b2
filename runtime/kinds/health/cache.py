"""A connection to Redis for a check."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from runtime.kinds import redis
from runtime.kinds.health.answer import CheckError

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
        with redis.connected(url, line.seconds) as client:
            yield client
    except redis.RedisFaultError as error:
        raise CheckError(str(error)) from None
