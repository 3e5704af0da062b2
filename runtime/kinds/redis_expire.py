"""`redis.expire`: keys of a Redis that would stay for ever are given an end.

Those that have one keep it. A dry run counts them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from zlib import crc32

from runtime.kinds.sweep import Change, sweep

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runtime.contract.redis_expire import RedisExpire
    from runtime.kinds.result import Context, Result

SCRIPT: Final = """
local changed = 0
for i, key in ipairs(KEYS) do
  if redis.call('PTTL', key) == -1 then
    if ARGV[1] == '1' then redis.call('PEXPIRE', key, ARGV[i + 1]) end
    changed = changed + 1
  end
end
return changed
"""
"""Gives the keys without an end one, the i-th that of argument i + 1, in milliseconds."""


def carry_out(parameters: RedisExpire, context: Context) -> Result:
    """Set the time to live of the keys that have none; return how many."""
    base = round(parameters.ttl_seconds * 1000)
    spread = round(parameters.spread_seconds * 1000)

    def lives(keys: Sequence[bytes]) -> Sequence[int]:
        # By the key: a run that is repeated would have given it the same.
        return [base + crc32(key) % (spread + 1) for key in keys]

    change = Change(script=SCRIPT, arguments=lives, done="set the end of", fact="expired_keys")
    return sweep(parameters, change, context)
