"""Parameters of ``cache.cleanup``: keys that nobody asks for any more are deleted."""

from __future__ import annotations

from typing import Annotated, ClassVar

from runtime.contract.entry import Entry, entry
from runtime.contract.redis_expire import KeyPatterns, Pace
from runtime.contract.secret import Secret  # pydantic evaluates it
from runtime.contract.units import Described, PositiveSeconds

HashField = Annotated[
    str,
    Described(
        {"type": "str", "strict": True, "min_length": 1, "max_length": 1024},
        {"type": "string", "minLength": 1, "maxLength": 1024, "examples": ["created_at"]},
    ),
]
"""A field of a Redis hash."""


@entry
class Cleanup(Entry):
    """Keys of some patterns are deleted, without holding the Redis up, by how old they are."""

    exactly_one: ClassVar = (("idle_seconds", "age_seconds"),)
    all_or_none: ClassVar = (("age_seconds", "time_field"),)

    keys: KeyPatterns
    """Patterns of the keys; a key that matches several is looked at for each."""
    idle_seconds: PositiveSeconds | None = None
    """Time without a read or a write from which a key goes; a Redis that evicts by frequency (LFU)
    does not know it."""
    age_seconds: PositiveSeconds | None = None
    """Age from which a key goes, by the time that it holds itself."""
    time_field: HashField | None = None
    """Field of a hash that holds the Unix time at which it was made; keys without it stay."""
    pace: Pace | None = None
    """How fast; none means 500 keys at one time, and 20,000 in a second."""


@entry
class CacheCleanup(Cleanup):
    """The Redis, and which of its keys go."""

    url: Secret
    """Where the address of the Redis is kept."""
