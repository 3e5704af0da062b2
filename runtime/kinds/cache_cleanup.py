"""`cache.cleanup`: keys of a Redis that nobody asks for any more are deleted.

They are unlinked: their memory is given back in the background. A dry run counts them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from runtime.kinds.sweep import Change, sweep

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runtime.contract.cache_cleanup import CacheCleanup
    from runtime.kinds.result import Context, Result

BY_IDLE_TIME: Final = """
local changed = 0
for _, key in ipairs(KEYS) do
  local idle = redis.call('OBJECT', 'IDLETIME', key)
  if idle and idle >= tonumber(ARGV[2]) then
    if ARGV[1] == '1' then redis.call('UNLINK', key) end
    changed = changed + 1
  end
end
return changed
"""
"""Deletes the keys that were not used for so many seconds."""

BY_AGE: Final = """
local changed = 0
for _, key in ipairs(KEYS) do
  if redis.call('TYPE', key).ok == 'hash' then
    local made = tonumber(redis.call('HGET', key, ARGV[3]) or '')
    if made and made <= tonumber(ARGV[2]) then
      if ARGV[1] == '1' then redis.call('UNLINK', key) end
      changed = changed + 1
    end
  end
end
return changed
"""
"""Deletes the hashes whose field holds a Unix time that is not after the given one."""


def carry_out(parameters: CacheCleanup, context: Context) -> Result:
    """Delete the keys that are idle for too long, or too old; return how many."""
    limits: tuple[int | str, ...]
    if parameters.idle_seconds is not None:
        # The Redis counts whole seconds.
        script, limits = BY_IDLE_TIME, (-int(-parameters.idle_seconds // 1),)
    else:
        made_until = context.clock.now().timestamp() - (parameters.age_seconds or 0)
        script, limits = BY_AGE, (repr(made_until), parameters.time_field or "")

    def same(_keys: Sequence[bytes]) -> Sequence[int | str]:
        return limits

    change = Change(script=script, arguments=same, done="deleted", fact="deleted_keys")
    return sweep(parameters, change, context)
