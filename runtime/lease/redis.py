"""Leases in a Redis, version 5 or newer: a hash for each occurrence, a counter for the fences.

Every question is one script, which Redis runs as one step: nothing comes between looking and
granting. Times are the server's. A key outlives its lease, so that an end is seen and a fence is
compared; seven days after the last word on it Redis forgets it. A cluster is not served: the
counter and the occurrences would lie on different nodes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from runtime.clock import to_text
from runtime.errors import LeaseError
from runtime.lease.place import KEPT_SECONDS, Ended, Grant, Held, Taken
from runtime.masking import Mask

if TYPE_CHECKING:
    from datetime import datetime

    from redis import Redis
    from redis.exceptions import RedisError

_FENCE: Final = "opsrun:fence"

# ARGV: holder, fence (0 for none yet), milliseconds that the lease lasts, milliseconds that what
# is known is kept, outcome. Milliseconds are whole numbers far below 2^53, exact in Lua.
_NOW: Final = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local lasts, kept = tonumber(ARGV[3]), tonumber(ARGV[4])
local function keep(...)
  redis.call('HSET', KEYS[1], ...)
  redis.call('PEXPIRE', KEYS[1], string.format('%.0f', lasts + kept))
end
"""

_TAKE: Final = (
    _NOW
    + """
local seen = redis.call('HMGET', KEYS[1], 'holder', 'expires', 'outcome')
if seen[3] then return {'ended', seen[1], seen[3]} end
if seen[1] and seen[1] ~= ARGV[1] and tonumber(seen[2]) > now then
  return {'held', seen[1], string.format('%.0f', tonumber(seen[2]) - now)}
end
local fence = redis.call('INCR', KEYS[2])
keep('holder', ARGV[1], 'fence', string.format('%.0f', fence),
     'expires', string.format('%.0f', now + lasts))
return {'taken', ARGV[1], string.format('%.0f', fence)}
"""
)

_MINE: Final = (
    _NOW
    + """
local seen = redis.call('HMGET', KEYS[1], 'holder', 'fence', 'outcome')
if seen[1] ~= ARGV[1] or seen[2] ~= ARGV[2] then return 0 end
"""
)

# Given back is what runs out now.
_RENEW: Final = (
    _MINE
    + """
if seen[3] then return 0 end
keep('expires', string.format('%.0f', now + lasts))
return 1
"""
)

_END: Final = (
    _MINE
    + """
if seen[3] then return seen[3] == ARGV[5] and 1 or 0 end
keep('outcome', ARGV[5])
return 1
"""
)


class RedisPlace:
    """Leases in a Redis."""

    __slots__ = ("_client", "_mask", "_name")

    def __init__(self, url: str, name: str, timeout_seconds: float) -> None:
        """Take the URL, what the place is called in errors, and a question's limit.

        Raise `LeaseError` when the driver is not installed or the URL is none of Redis.
        """
        try:
            from redis import Redis
            from redis.backoff import NoBackoff
            from redis.retry import Retry
        except ImportError:
            raise LeaseError(f"{name}: the driver is missing; install opsc[redis]") from None
        try:
            # Version 5 of Redis knows no other protocol.
            self._client: Redis = Redis.from_url(url, protocol=2)
        except ValueError:
            raise LeaseError(f"{name}: this is no URL of a Redis") from None
        # What the URL itself says of these must not count. A connection that was lost while it was
        # idle is made anew, once.
        self._client.connection_pool.connection_kwargs |= {
            "socket_timeout": timeout_seconds,
            "socket_connect_timeout": timeout_seconds,
            "retry": Retry(NoBackoff(), 1),
            "decode_responses": True,
        }
        self._name = name
        self._mask = Mask([url])

    def take(self, job: str, due_at: datetime, holder: str, lasts_seconds: float) -> Grant:
        """Given an occurrence and a host, return leave to run it, or who else has it."""
        asked = Taken(job=job, due_at=due_at, holder=holder, fence=0)
        said, who, value = self._ask(_TAKE, asked, lasts_seconds)
        if said == "ended":
            return Ended(holder=who, outcome=value)
        if said == "held":
            return Held(holder=who, until_seconds=int(value) / 1000)
        return Taken(job=job, due_at=due_at, holder=holder, fence=int(value))

    def renew(self, taken: Taken, lasts_seconds: float) -> bool:
        """Return whether the lease now lasts that long from now; not when it was lost."""
        return bool(self._ask(_RENEW, taken, lasts_seconds))

    def end(self, taken: Taken, outcome: str) -> bool:
        """Return whether this end is the one that all hosts see; not when the lease was lost."""
        return bool(self._ask(_END, taken, 0, outcome))

    def give_back(self, taken: Taken) -> None:
        """Let another host take the occurrence at once: nothing was done for it."""
        self._ask(_RENEW, taken, 0)

    def close(self) -> None:
        """Let go of the connection; what is held is held on."""
        self._client.close()

    def _ask(self, script: str, about: Taken, lasts_seconds: float, outcome: str = "") -> Any:
        from redis.exceptions import RedisError

        key = f"opsrun:lease:{about.job}:{to_text(about.due_at)}"
        lasts, kept = round(lasts_seconds * 1000), KEPT_SECONDS * 1000
        arguments = [about.holder, str(about.fence), str(lasts), str(kept), outcome]
        try:
            return self._client.eval(script, 2, key, _FENCE, *arguments)
        except RedisError as error:
            raise LeaseError(f"{self._name}: {self._said(error)}") from None

    def _said(self, error: RedisError) -> str:
        """Given what failed, return it for people, without anything secret.

        What is said of the way to the server may quote a URL that is written wrongly: it is not
        repeated.
        """
        from redis import exceptions

        if isinstance(error, exceptions.AuthenticationError):
            return "the user or the password is refused"
        if isinstance(error, exceptions.BusyLoadingError):
            return "it is starting"
        if isinstance(error, exceptions.TimeoutError):
            return "it does not answer in time"
        if isinstance(error, exceptions.ResponseError):
            return self._mask.text(str(error).partition("\n")[0])
        return "it cannot be reached"
