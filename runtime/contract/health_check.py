"""Parameters of ``health.check``: named checks of what a service stands on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import ClassVar, Literal

from runtime.contract.entry import Entry, entry
from runtime.contract.secret import Secret
from runtime.contract.units import Bytes, PositiveSeconds, Seconds, Share, Whole


@entry
class HttpCheck(Entry):
    """An endpoint answers in time with the status, the text and the version that are expected."""

    url: str
    """Address asked with GET."""
    status: Whole = 200
    """Status that a healthy endpoint answers."""
    contains: str | None = None
    """Text that the body of a healthy answer holds."""
    fields: Mapping[str, str] = field(default_factory=dict)
    """Values in the body, a JSON object, of a healthy answer, by their path: `database.state`."""
    slow_seconds: Seconds | None = None
    """Response time from which the endpoint counts as degraded."""
    too_slow_seconds: Seconds | None = None
    """Response time from which the endpoint counts as unhealthy."""
    version_field: str | None = None
    """Path, in the body, of the version that answers; it becomes part of the result."""
    version: str | None = None
    """Version that is expected; another one is degraded."""
    version_at_least: str | None = None
    """Lowest version that is expected; an older one is degraded."""


@entry
class PostgresCheck(Entry):
    """A database answers, its replica follows, connections are free.

    Lag is that of replay: none while the replica has replayed all that the primary wrote, however
    long ago that was; else the time since the last transaction that was replayed.
    """

    dsn: Secret
    """Where the connection string of the primary is kept."""
    replica: Secret | None = None
    """Where the connection string of the replica is kept; none means it is not looked at."""
    slow_seconds: Seconds | None = None
    """Time to connect and to answer from which the database counts as degraded."""
    too_slow_seconds: Seconds | None = None
    """Time to connect and to answer from which the database counts as unhealthy."""
    degraded_lag_seconds: Seconds | None = None
    """Replication lag from which the database counts as degraded."""
    unhealthy_lag_seconds: Seconds | None = None
    """Replication lag from which the database counts as unhealthy."""
    degraded_behind_bytes: Bytes | None = None
    """Log not yet replayed by the slowest replica from which the database counts as degraded."""
    unhealthy_behind_bytes: Bytes | None = None
    """Log not yet replayed by the slowest replica from which the database counts as unhealthy."""
    connections: Whole | None = None
    """Connections that may be open; none means the server's `max_connections`."""
    degraded_connections_ratio: Share | None = None
    """Share of the connections in use from which the database counts as degraded."""
    unhealthy_connections_ratio: Share | None = None
    """Share of the connections in use from which the database counts as unhealthy."""


@entry
class RedisCheck(Entry):
    """A Redis answers, has memory left, and follows its primary where it is a replica."""

    url: Secret
    """Where the address is kept."""
    role: Literal["primary", "replica"] | None = None
    """What it is expected to be; none means either."""
    slow_seconds: Seconds | None = None
    """Time to connect and to answer from which it counts as degraded."""
    too_slow_seconds: Seconds | None = None
    """Time to connect and to answer from which it counts as unhealthy."""
    capacity_bytes: Bytes | None = None
    """Memory it may use, where `maxmemory` does not say it."""
    degraded_memory_ratio: Share | None = None
    """Share of the memory in use from which it counts as degraded."""
    unhealthy_memory_ratio: Share | None = None
    """Share of the memory in use from which it counts as unhealthy."""


@entry
class StorageCheck(Entry):
    """A file system has space and inodes left, and a folder on it can be written."""

    path: str
    """A folder on the file system."""
    capacity_bytes: Bytes | None = None
    """Size that the file system has at least; a smaller one is another, and unhealthy."""
    degraded_below_ratio: Share | None = None
    """Free share of the space under which the check is degraded."""
    unhealthy_below_ratio: Share | None = None
    """Free share of the space under which the check is unhealthy."""
    degraded_inodes_below_ratio: Share | None = None
    """Free share of the inodes under which the check is degraded."""
    unhealthy_inodes_below_ratio: Share | None = None
    """Free share of the inodes under which the check is unhealthy."""
    write: bool = False
    """Whether a file is written to the folder, read back and removed."""


@entry
class QueueCheck(Entry):
    """Not too much waits, and not for too long."""

    exactly_one: ClassVar = (("redis", "postgres"), ("list", "stream", "sorted_set", "query"))

    redis: Secret | None = None
    """Where the address of the Redis is kept that has the queue."""
    postgres: Secret | None = None
    """Where the connection string of the database is kept that has the queue."""
    list: str | None = None
    """Key of a Redis list."""
    oldest: Literal["first", "last"] = "last"
    """End of a list at which the oldest entry stands."""
    time_field: str | None = None
    """Field of a list's entries, JSON objects, that holds the Unix time they were put there."""
    stream: str | None = None
    """Key of a Redis stream."""
    group: str | None = None
    """Consumer group of a stream: what it has not acknowledged waits."""
    sorted_set: str | None = None
    """Key of a Redis sorted set whose scores are the Unix times entries were put there."""
    query: str | None = None
    """SQL that returns one row: the number of entries, and the oldest one's age in seconds."""
    degraded_depth: Whole | None = None
    """Number of entries from which the queue counts as degraded."""
    unhealthy_depth: Whole | None = None
    """Number of entries from which the queue counts as unhealthy."""
    degraded_age_seconds: Seconds | None = None
    """Age of the oldest entry from which the queue counts as degraded."""
    unhealthy_age_seconds: Seconds | None = None
    """Age of the oldest entry from which the queue counts as unhealthy."""


@entry
class SystemdCheck(Entry):
    """A unit of systemd is active; one that is about to be, or to end, is degraded."""

    unit: str
    """The unit."""


@entry
class Check(Entry):
    """One check, of exactly one kind."""

    exactly_one: ClassVar = (("http", "postgres", "redis", "storage", "queue", "systemd"),)

    http: HttpCheck | None = None
    """Ask an http endpoint."""
    postgres: PostgresCheck | None = None
    """Ask a database and its replica."""
    redis: RedisCheck | None = None
    """Ask a Redis."""
    storage: StorageCheck | None = None
    """Look at a file system."""
    queue: QueueCheck | None = None
    """Look at what waits."""
    systemd: SystemdCheck | None = None
    """Look at a unit."""
    timeout_seconds: PositiveSeconds = 5
    """Time after which the check counts as an error."""
    optional: bool = False
    """Whether the whole is degraded, and no worse, when this check is."""


CHECKS: tuple[str, ...] = ("http", "postgres", "redis", "storage", "queue", "systemd")
"""The kinds of checks, each a key of an entry."""


@entry
class HealthCheck(Entry):
    """Checks by name; the worst of them is the job's result."""

    checks: Mapping[str, Check]
    """The checks."""
