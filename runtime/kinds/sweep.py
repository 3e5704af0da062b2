"""Go through the keys of a Redis with SCAN, a batch at a time, and change those that should be.

Each batch is judged and changed by one script within the Redis: a key that is used, or given an
end, in between is never changed by what was known of it before. KEYS, which holds a Redis up while
it looks at everything, is never called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from runtime.contract.frozen import Frozen, frozen
from runtime.contract.redis_expire import Pace
from runtime.errors import Exit, SecretError
from runtime.kinds.redis import RedisFaultError, connected
from runtime.kinds.result import Result, exit_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from runtime.contract.cache_cleanup import CacheCleanup
    from runtime.contract.redis_expire import RedisExpire
    from runtime.kinds.result import Context

TIMEOUT_SECONDS: Final = 30.0
"""How long one command may take."""


@frozen
class Change(Frozen):
    """What is done to keys.

    `script` gets keys, "1" for to act or "0" to count only, and what `arguments` returns for the
    keys; it returns how many keys it changed, or would. `done` and `fact` name that.
    """

    script: str
    arguments: Callable[[Sequence[bytes]], Sequence[int | str]]
    done: str
    fact: str


def sweep(said: RedisExpire | CacheCleanup, change: Change, context: Context) -> Result:
    """Given a Redis with its keys and what is to be changed of them, do it, return the counts."""
    pace = said.pace or Pace()
    counts = {"matched_keys": 0, change.fact: 0}
    facts: dict[str, Any] = counts
    word = f"would have {change.done}" if context.dry_run else change.done
    try:
        with connected(said.url, TIMEOUT_SECONDS) as client:
            before = _used_bytes(client)
            for pattern in said.keys:
                earlier = dict(counts)
                for matched, changed in _swept(client, pattern, pace, change, context):
                    counts["matched_keys"] += matched
                    counts[change.fact] += changed
                matched, changed = (counts[name] - earlier[name] for name in counts)
                context.say(f"{pattern}: {word} {changed} of {matched} keys")
            facts = {**counts, "memory_before_bytes": before, "memory_bytes": _used_bytes(client)}
    except (RedisFaultError, SecretError) as error:
        summary = f"{error}; until then {word} {counts[change.fact]} keys"
        code = exit_of(done=counts[change.fact], refused=1)
        return Result(exit_code=code, summary=summary, facts=facts)
    summary = f"{word} {counts[change.fact]} of {counts['matched_keys']} keys"
    return Result(exit_code=Exit.OK, summary=summary, facts=facts)


def _swept(
    client: Any, pattern: str, pace: Pace, change: Change, context: Context
) -> Iterator[tuple[int, int]]:
    """Yield of each batch how many keys match a pattern, and how many of them were changed."""
    script = client.register_script(change.script)
    act = "0" if context.dry_run else "1"
    began, rounds, cursor = context.clock.monotonic(), 0, 0
    while True:
        cursor, found = client.scan(cursor=cursor, match=pattern, count=pace.batch)
        # What SCAN returns may be more than was asked for.
        for start in range(0, len(found), pace.batch):
            keys = found[start : start + pace.batch]
            yield len(keys), script(keys=keys, args=[act, *change.arguments(keys)])
        rounds += 1
        if cursor == 0:
            return
        ahead = rounds * pace.batch / pace.keys_per_second - (context.clock.monotonic() - began)
        if ahead > 0:
            context.clock.sleep(ahead)


def _used_bytes(client: Any) -> int:
    return int(client.info("memory")["used_memory"])
