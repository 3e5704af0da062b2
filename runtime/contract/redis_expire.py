"""Parameters of ``redis.expire``: keys that would stay for ever are given an end."""

from __future__ import annotations

from typing import Annotated

from runtime.contract.entry import Entry, entry
from runtime.contract.forms import NOT_EMPTY, text_of, whole_of
from runtime.contract.secret import Secret
from runtime.contract.units import PositiveSeconds, Seconds

KeyPattern = Annotated[
    str, text_of(r"^[*?]*[^*?\x00][^\x00]*$", "tabular:session:*", max_length=1024)
]
"""Keys of a Redis as SCAN matches them (`*`, `?`, `[…]`), but for a pattern that means all."""
KeyPatterns = Annotated[tuple[KeyPattern, ...], NOT_EMPTY]
"""Patterns of keys, one at least."""

Batch = Annotated[int, whole_of(1, 10_000)]
"""A number of keys that a Redis is asked about at one time, while it answers nobody else."""

Rate = Annotated[int, whole_of(1, 10_000_000)]
"""A number of keys a second."""


@entry
class Pace(Entry):
    """How fast the keys of a Redis are gone through."""

    batch: Batch = 500
    """Keys that are looked at, and changed, at one time."""
    keys_per_second: Rate = 20_000
    """Most keys of the whole Redis that are gone through in a second."""


@entry
class Expiry(Entry):
    """Keys of some patterns that have no end are given one; those that have one keep it."""

    keys: KeyPatterns
    """Patterns of the keys; a key that matches several is looked at for each."""
    ttl_seconds: PositiveSeconds
    """How long such a key stays from now on."""
    spread_seconds: Seconds = 0
    """Longest time, by the key, that is added, so that they do not all go at one moment."""
    pace: Pace | None = None
    """How fast; none means 500 keys at one time, and 20,000 in a second."""


@entry
class RedisExpire(Expiry):
    """The Redis, and what is said of its keys."""

    url: Secret
    """Where the address of the Redis is kept."""
