"""Section ``resources``: what jobs and health checks act on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Annotated, ClassVar, Literal

from compiler.model.types import FilePath, Flag, Name, Positive, Query, Text, Url, text_of
from runtime.contract.data_expire import Bucket
from runtime.contract.entry import Entry, entry
from runtime.contract.secret import Secret
from runtime.contract.units import Bytes

UnitName = Annotated[
    str,
    text_of(
        r"^[A-Za-z0-9@:._\\-]+\.(service|socket|timer|mount|path|target)$",
        "tabular-worker.service",
        max_length=255,
    ),
]
"""A unit of systemd, with its kind."""


@entry
class Postgres(Entry):
    """A PostgreSQL database."""

    dsn: Secret
    """Where the connection string of the primary is kept."""
    replica: Secret | None = None
    """Where the connection string of the replica is kept."""
    roles: Mapping[Name, Secret] = field(default_factory=dict)
    """Connection strings of further users of the primary, by what they may do."""
    connections: Positive | None = None
    """Capacity: connections that may be open at once, where that is not `max_connections`."""


@entry
class Redis(Entry):
    """A Redis."""

    url: Secret
    """Where the address is kept, `redis://:password@cache:6379/0`."""
    capacity_bytes: Bytes | None = None
    """Memory it may use, where `maxmemory` does not say it."""


@entry
class Http(Entry):
    """An http endpoint."""

    url: Url
    """Address."""


@entry
class Storage(Entry):
    """A folder, and the file system that it lies on."""

    path: FilePath
    """The folder."""
    capacity_bytes: Bytes | None = None
    """Size that the file system has at least; a smaller one is another, not mounted."""


@entry
class Queue(Entry):
    """Work that waits: a list, a stream or a sorted set of a Redis, or rows of a database."""

    exactly_one: ClassVar = (("list", "stream", "sorted_set", "query"),)

    in_: Name
    """Where it is kept: a key of `resources`, a `redis`, or a `postgres` for `query`."""
    list: Text | None = None
    """Key of a Redis list."""
    oldest: Literal["first", "last"] = "last"
    """End of a list at which the oldest entry stands: `last` when entries are pushed left."""
    time_field: Text | None = None
    """Field of a list's entries, JSON objects, that holds the Unix time they were put there."""
    stream: Text | None = None
    """Key of a Redis stream; its entries know their age."""
    group: Text | None = None
    """Consumer group of a stream: what it has not acknowledged waits. None means every entry."""
    sorted_set: Text | None = None
    """Key of a Redis sorted set whose scores are the Unix times entries were put there."""
    query: Query | None = None
    """SQL that returns one row: the number of entries, and the oldest one's age in seconds."""


@entry
class BucketOf(Entry):
    """A bucket of S3, or of a storage that speaks it."""

    all_or_none: ClassVar = (("access_key", "secret_key"),)

    name: Bucket
    """The bucket's name."""
    region: Text | None = None
    """Its region."""
    endpoint: Url | None = None
    """Address of the storage, where that is not AWS."""
    ca: FilePath | None = None
    """File of the hosts with the certificates that the endpoint's is held against."""
    access_key: Secret | None = None
    """Where the id of the access key is kept; none means what the host itself is given."""
    secret_key: Secret | None = None
    """Where the access key is kept."""


@entry
class Resource(Entry):
    """One thing that jobs act on and that checks look at, of exactly one kind."""

    exactly_one: ClassVar = (
        ("postgres", "redis", "http", "storage", "queue", "systemd", "bucket"),
    )

    description: Text | None = None
    """What it is for."""
    postgres: Postgres | None = None
    """A PostgreSQL database."""
    redis: Redis | None = None
    """A Redis."""
    http: Http | None = None
    """An http endpoint."""
    storage: Storage | None = None
    """A folder, and the file system that it lies on."""
    queue: Queue | None = None
    """Work that waits."""
    systemd: UnitName | None = None
    """A unit of systemd."""
    bucket: BucketOf | None = None
    """A bucket of S3, or of a storage that speaks it."""
    shared: Flag = False
    """Whether several environments may use the same one."""


ResourceKind = Literal["postgres", "redis", "http", "storage", "queue", "systemd", "bucket"]
"""A kind of resource."""

KINDS: tuple[ResourceKind, ...] = (
    *("postgres", "redis", "http", "storage", "queue", "systemd", "bucket"),
)
"""The kinds of resources, each a key of an entry."""


def kind_of(resource: Resource) -> ResourceKind:
    """Given a resource, return its kind."""
    return next(kind for kind in KINDS if getattr(resource, kind) is not None)
