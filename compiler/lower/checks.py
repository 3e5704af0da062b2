"""One check of the spec and its resource become what the runtime asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from compiler.model.resources import kind_of
from runtime.contract.health_check import (
    Check,
    HttpCheck,
    PostgresCheck,
    QueueCheck,
    RedisCheck,
    StorageCheck,
    SystemdCheck,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from compiler.model.health import Check as CheckEntry
    from compiler.model.resources import Queue, Resource, ResourceKind
    from compiler.model.site import Member

TIMEOUT_SECONDS: Final = 5
"""Time limit of a check that has none, which is an error of its own: the rest is still shown."""


def contract_check(member: Member, name: str) -> Check | None:
    """Given the name of a check, return it as the runtime makes it; None when it is unresolved."""
    health = member.spec.health
    entry = health.checks.get(name) if health is not None else None
    resource = member.spec.resources.get(entry.of) if entry is not None else None
    if health is None or entry is None or resource is None:
        return None
    kind = kind_of(resource)
    is_queue = kind == "queue"
    if not is_queue and kind not in PARTS:
        return None
    part = _queue(member, resource, entry) if is_queue else PARTS[kind](resource, entry)
    if part is None:
        return None
    timeout = entry.timeout_seconds or health.timeout_seconds or TIMEOUT_SECONDS
    parts: dict[str, Any] = {str(kind): part}
    return Check(timeout_seconds=timeout, optional=entry.optional, **parts)


def _http(resource: Resource, entry: CheckEntry) -> Any:
    expect = entry.expect
    return HttpCheck(
        url=resource.http.url if resource.http else "",
        status=200 if expect.status is None else expect.status,
        contains=expect.contains,
        fields=expect.fields,
        slow_seconds=entry.degraded.response_time_seconds,
        too_slow_seconds=entry.unhealthy.response_time_seconds,
        version_field=expect.version_field,
        version=expect.version,
        version_at_least=expect.version_at_least,
    )


def _postgres(resource: Resource, entry: CheckEntry) -> Any:
    said = resource.postgres
    if said is None or (entry.user is not None and entry.user not in said.roles):
        return None
    return PostgresCheck(
        dsn=said.dsn if entry.user is None else said.roles[entry.user],
        replica=said.replica,
        slow_seconds=entry.degraded.response_time_seconds,
        too_slow_seconds=entry.unhealthy.response_time_seconds,
        degraded_lag_seconds=entry.degraded.replication_lag_seconds,
        unhealthy_lag_seconds=entry.unhealthy.replication_lag_seconds,
        degraded_behind_bytes=entry.degraded.behind_bytes,
        unhealthy_behind_bytes=entry.unhealthy.behind_bytes,
        connections=said.connections,
        degraded_connections_ratio=entry.degraded.connections_ratio,
        unhealthy_connections_ratio=entry.unhealthy.connections_ratio,
    )


def _redis(resource: Resource, entry: CheckEntry) -> Any:
    said = resource.redis
    return said and RedisCheck(
        url=said.url,
        role=entry.expect.role,
        slow_seconds=entry.degraded.response_time_seconds,
        too_slow_seconds=entry.unhealthy.response_time_seconds,
        capacity_bytes=said.capacity_bytes,
        degraded_memory_ratio=entry.degraded.memory_ratio,
        unhealthy_memory_ratio=entry.unhealthy.memory_ratio,
    )


def _storage(resource: Resource, entry: CheckEntry) -> Any:
    said = resource.storage
    return said and StorageCheck(
        path=said.path,
        capacity_bytes=said.capacity_bytes,
        degraded_below_ratio=entry.degraded.free_space_ratio,
        unhealthy_below_ratio=entry.unhealthy.free_space_ratio,
        degraded_inodes_below_ratio=entry.degraded.free_inodes_ratio,
        unhealthy_inodes_below_ratio=entry.unhealthy.free_inodes_ratio,
        write=entry.write,
    )


def _queue(member: Member, resource: Resource, entry: CheckEntry) -> Any:
    said = resource.queue
    kept = member.spec.resources.get(said.in_) if said is not None else None
    if said is None or kept is None or kind_of(kept) != kept_in(said):
        return None
    return QueueCheck(
        redis=kept.redis.url if kept.redis else None,
        postgres=kept.postgres.dsn if kept.postgres else None,
        list=said.list,
        oldest=said.oldest,
        time_field=said.time_field,
        stream=said.stream,
        group=said.group,
        sorted_set=said.sorted_set,
        query=said.query,
        degraded_depth=entry.degraded.depth,
        unhealthy_depth=entry.unhealthy.depth,
        degraded_age_seconds=entry.degraded.age_seconds,
        unhealthy_age_seconds=entry.unhealthy.age_seconds,
    )


def kept_in(queue: Queue) -> ResourceKind:
    """Given a queue, return the kind of resource that it must be kept in."""
    return "postgres" if queue.query is not None else "redis"


def _systemd(resource: Resource, _entry: CheckEntry) -> Any:
    return SystemdCheck(unit=str(resource.systemd))


PARTS: Final[Mapping[ResourceKind, Callable[[Resource, CheckEntry], Any]]] = {
    "http": _http,
    "postgres": _postgres,
    "redis": _redis,
    "storage": _storage,
    "systemd": _systemd,
}
"""How a check of a kind of resource is said, if it needs no other; None when a part is missing."""
