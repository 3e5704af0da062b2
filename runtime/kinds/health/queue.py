"""A queue: how much waits, and for how long, in a Redis or in a database."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from runtime.kinds.health import cache, database
from runtime.kinds.health.answer import CheckError, Limit, judged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runtime.contract.health_check import QueueCheck
    from runtime.kinds.health.answer import Answer, Line


def ask(check: QueueCheck, line: Line) -> Answer:
    """Given a check, count what waits, and return how the queue is.

    The age of an empty queue is nothing; where an age cannot be told, there is none in the values.
    """
    depth, age = _in_database(check, line) if check.postgres is not None else _in_redis(check, line)
    values = {"depth": float(depth)} | ({} if age is None else {"age_seconds": age})
    return judged(
        _limits(check, depth, age),
        healthy=f"{depth} wait" if depth else "nothing waits",
        values=values,
    )


def _limits(check: QueueCheck, depth: int, age: float | None) -> Iterator[Limit]:
    yield Limit(
        value=depth,
        said=f"{depth} wait",
        degraded=check.degraded_depth,
        unhealthy=check.unhealthy_depth,
    )
    has_limit = check.degraded_age_seconds is not None or check.unhealthy_age_seconds is not None
    if age is not None:
        yield Limit(
            value=age,
            said=f"the oldest waits for {age:.0f}s",
            degraded=check.degraded_age_seconds,
            unhealthy=check.unhealthy_age_seconds,
        )
    elif has_limit:
        said = "the age of the oldest entry cannot be told"
        yield Limit(value=1, said=said, degraded=1, unhealthy=None)


def _in_database(check: QueueCheck, line: Line) -> tuple[int, float | None]:
    if check.postgres is None:
        raise CheckError("there is no database to ask")
    with database.connected(check.postgres, line) as connection:
        found = database.row(connection, str(check.query))
    try:
        depth, age = found or ()
        return int(depth), None if age is None and depth else max(float(age or 0), 0.0)
    except (TypeError, ValueError):
        raise CheckError("the query answers no row of two numbers") from None


def _in_redis(check: QueueCheck, line: Line) -> tuple[int, float | None]:
    if check.redis is None:
        raise CheckError("there is no Redis to ask")
    with cache.connected(check.redis, line) as client:
        if check.list is not None:
            return _list(check, client)
        if check.stream is not None:
            return _stream(client, check.stream, check.group)
        return _sorted_set(client, str(check.sorted_set))


def _age(put_at: float) -> float:
    """Given a Unix time, return how long ago it was."""
    return max(time.time() - put_at, 0.0)


def _list(check: QueueCheck, client: Any) -> tuple[int, float | None]:
    depth = client.llen(check.list)
    if not depth:
        return 0, 0.0
    if check.time_field is None:
        return depth, None
    entry = client.lindex(check.list, 0 if check.oldest == "first" else -1)
    try:
        return depth, _age(float(json.loads(entry or b"")[check.time_field]))
    except (ValueError, TypeError, KeyError, RecursionError):
        return depth, None


def _sorted_set(client: Any, key: str) -> tuple[int, float | None]:
    depth = client.zcard(key)
    first = client.zrange(key, 0, 0, withscores=True)
    return (depth, _age(first[0][1])) if first else (0, 0.0)


def _stream(client: Any, key: str, group: str | None) -> tuple[int, float | None]:
    if group is None:
        first = client.xrange(key, count=1)
        return (client.xlen(key), _age_of_id(first[0][0])) if first else (0, 0.0)
    if not client.exists(key):
        return 0, 0.0
    known = {one["name"].decode(): one for one in client.xinfo_groups(key)}
    if group not in known:
        raise CheckError(f"the stream has no group `{group}`")
    found = known[group]
    waiting = client.xrange(key, min=b"(" + found["last-delivered-id"], count=1)
    oldest = [entry[0] for entry in waiting]
    if found["pending"]:
        oldest.append(client.xpending(key, group)["min"])
    # Redis cannot tell the lag of a group once entries have been taken out of the middle.
    lag = found.get("lag")
    if lag is None:
        lag = len(client.xrange(key, min=b"(" + found["last-delivered-id"]))
    return found["pending"] + lag, max(map(_age_of_id, oldest), default=0.0)


def _age_of_id(identifier: bytes) -> float:
    """Given the id of an entry of a stream, which begins with milliseconds, return its age."""
    return _age(int(identifier.split(b"-")[0]) / 1000)
