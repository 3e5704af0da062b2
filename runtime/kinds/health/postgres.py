"""A PostgreSQL primary, its replica's lag, its connections."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

from runtime.kinds.health.answer import CheckError, Limit, judged, slow
from runtime.kinds.health.database import connected, row

if TYPE_CHECKING:
    from collections.abc import Iterator

    import psycopg

    from runtime.contract.health_check import PostgresCheck
    from runtime.contract.secret import Secret
    from runtime.kinds.health.answer import Answer, Line

PRIMARY: Final = """
SELECT pg_is_in_recovery(),
       CASE WHEN pg_is_in_recovery() THEN NULL ELSE pg_current_wal_lsn()::text END,
       (SELECT sum(numbackends) FROM pg_stat_database)::float8,
       current_setting('max_connections')::float8
"""
"""Whether it is a replica, how far its log reaches, connections open and allowed."""

BEHIND: Final = """
SELECT count(*), max(pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn))::float8
FROM pg_stat_replication
"""
"""Replicas that are connected, and the bytes that the slowest of them has not replayed."""

REPLICA: Final = """
SELECT pg_is_in_recovery(),
       (SELECT coalesce(status, 'streaming') FROM pg_stat_wal_receiver),
       pg_last_wal_replay_lsn() >= '{reached}'::pg_lsn,
       greatest(0, extract(epoch FROM clock_timestamp() - coalesce(
           pg_last_xact_replay_timestamp(), pg_postmaster_start_time())))::float8
"""
"""Whether it is a replica, what its receiver does (without the right to see that, that it is
there), whether it has replayed the log up to a place, and the age of what it replayed last."""

PATIENCE_SECONDS: Final = 1.0
"""How long a replica may take to replay what was written just before it is asked."""
PAUSE_SECONDS: Final = 0.1


def ask(check: PostgresCheck, line: Line) -> Answer:
    """Given a check, ask the primary, then its replica, and return how they are."""
    began = line.clock.monotonic()
    with connected(check.dsn, line) as connection:
        found = row(connection, PRIMARY)
        took = line.clock.monotonic() - began
        if found is None:
            raise CheckError("it answered nothing")
        is_replica, reached, used, allowed = found
        if is_replica:
            return _unhealthy("it is a replica, and takes no writes", took)
        behind = _behind(check, connection)
    share = used / max(check.connections or allowed, 1)
    values = {"connections_ratio": share}
    limits = [slow(took, check.slow_seconds, check.too_slow_seconds), _connections(check, share)]
    for limit in behind:
        limits.append(limit)
        values["behind_bytes"] = limit.value
    if check.replica is not None:
        limit = _lag(check, check.replica, str(reached), line)
        limits.append(limit)
        if limit.unhealthy != 0:
            values["lag_seconds"] = limit.value
    return judged(limits, healthy="answered", response_seconds=took, values=values)


def _unhealthy(said: str, took: float) -> Answer:
    return judged([_always(said)], healthy="", response_seconds=took)


def _always(said: str) -> Limit:
    """Return what is unhealthy whatever its measure."""
    return Limit(value=0, said=said, degraded=None, unhealthy=0)


def _connections(check: PostgresCheck, share: float) -> Limit:
    return Limit(
        value=share,
        said=f"{share * 100:.0f}% of the connections are in use",
        degraded=check.degraded_connections_ratio,
        unhealthy=check.unhealthy_connections_ratio,
    )


def _behind(
    check: PostgresCheck, connection: psycopg.Connection[tuple[Any, ...]]
) -> Iterator[Limit]:
    """Return how much log the slowest replica has not replayed, where there is a limit."""
    degraded, unhealthy = check.degraded_behind_bytes, check.unhealthy_behind_bytes
    if degraded is None and unhealthy is None:
        return iter(())
    replicas, found = row(connection, BEHIND) or (0, None)
    if not replicas:
        return iter((_always("no replica is connected"),))
    amount = 0.0 if found is None else float(found)
    said = f"{amount:.0f} bytes of log are not replayed"
    return iter((Limit(value=amount, said=said, degraded=degraded, unhealthy=unhealthy),))


def _lag(check: PostgresCheck, replica: Secret, reached: str, line: Line) -> Limit:
    """Given up to where the primary had written, return how far its replica is behind."""
    statement = REPLICA.format(reached=reached)
    try:
        with connected(replica, line) as connection:
            is_replica, receiver, has_all, age = _patient(connection, statement)
    except CheckError as error:
        raise CheckError(f"replica: {error}") from None
    if not is_replica:
        return _always("the replica follows no primary: it is one itself")
    if receiver != "streaming":
        return _always("the replica does not receive from its primary")
    lag = 0.0 if has_all else age
    return Limit(
        value=lag,
        said=f"the replica is {lag:.1f}s behind",
        degraded=check.degraded_lag_seconds,
        unhealthy=check.unhealthy_lag_seconds,
    )


def _patient(
    connection: psycopg.Connection[tuple[Any, ...]], statement: str
) -> tuple[Any, Any, Any, Any]:
    """Ask a replica until it has all that was written before, or for a moment."""
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        found = row(connection, statement)
        if found is None:
            raise CheckError("it answered nothing")
        is_replica, receiver, has_all, age = found
        if has_all or receiver != "streaming" or time.monotonic() >= until:
            return is_replica, receiver, has_all, age
        time.sleep(PAUSE_SECONDS)
