"""What a step is done to, and what is said of it, become the parameters of its kind."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any, Final

from compiler.lower.checks import contract_check
from compiler.lower.data import database_parameters, expiry_parameters
from runtime.contract.cache_cleanup import CacheCleanup
from runtime.contract.files_expire import FilesExpire, Place
from runtime.contract.files_rotate import FilesRotate, Reopening
from runtime.contract.health_check import HealthCheck
from runtime.contract.redis_expire import RedisExpire
from runtime.contract.temp_clean import TempClean

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from compiler.model.jobs import Job, Step
    from compiler.model.retention import DataClass, Rotate
    from compiler.model.site import Member
    from runtime.contract.entry import Entry

_GLOB: Final = "*?["


def place(path: str) -> Place:
    """Given a folder or a pattern below one, return its root and the pattern of its files."""
    parts = path.rstrip("/").split("/")
    first = next((i for i, part in enumerate(parts) if any(c in part for c in _GLOB)), len(parts))
    root, pattern = "/".join(parts[:first]) or "/", "/".join(parts[first:])
    return Place(root=root, pattern=pattern) if pattern else Place(root=root)


def _files(member: Member, step: Job | Step) -> DataClass | None:
    """Return the class of data that a step is done to, if it is one of files."""
    data = member.spec.retention.get(str(step.of))
    return data if data is not None and data.files is not None else None


def _places(data: DataClass) -> tuple[Place, ...]:
    return tuple(place(path) for path in data.files or ())


def _expiry(member: Member, step: Job | Step, _said: Any) -> Entry | None:
    data = _files(member, step)
    return data and FilesExpire(
        places=_places(data),
        older_than_seconds=data.keep_seconds,
        keep_latest=data.keep_latest,
        remove_empty_folders=data.remove_empty_folders,
    )


def _data_expiry(member: Member, step: Job | Step, said: Any) -> Entry | None:
    data = member.spec.retention.get(str(step.of))
    if data is None or data.files is not None:
        return _expiry(member, step, said)
    return expiry_parameters(member, data)


def _rotation(member: Member, step: Job | Step, _said: Any) -> Entry | None:
    data = _files(member, step)
    rotate = data.rotate if data is not None else None
    if data is None or rotate is None:
        return None
    return FilesRotate(
        places=_places(data),
        at_bytes=rotate.at_bytes,
        every_seconds=rotate.every_seconds,
        signal=_signal(rotate),
        copy=rotate.copy,
        compress=rotate.compress,
        copies=rotate.copies,
        keep_seconds=data.keep_seconds,
        keep_latest=data.keep_latest,
    )


def _signal(rotate: Rotate) -> Reopening | None:
    said = rotate.signal
    if said is None:
        return None
    return Reopening(name=said.name, pid_file=said.pid_file, unit=said.unit)


def _cleaning(member: Member, step: Job | Step, said: Any) -> Entry | None:
    data = _files(member, step)
    return data and TempClean(
        places=_places(data),
        older_than_seconds=data.keep_seconds,
        remove_empty_folders=data.remove_empty_folders,
        **_as_said(said),
    )


def _check(member: Member, step: Job | Step, _said: Any) -> Entry | None:
    name = str(step.of)
    check = contract_check(member, name)
    return None if check is None else HealthCheck(checks={name: check})


def _of_redis(make: type[Entry]) -> Callable[[Member, Job | Step, Any], Entry | None]:
    """Given the parameters' class of a kind that is done to a Redis, return what makes them."""

    def of(member: Member, step: Job | Step, said: Any) -> Entry | None:
        resource = member.spec.resources.get(str(step.of))
        redis = resource.redis if resource is not None else None
        return redis and make(url=redis.url, **_as_said(said))

    return of


def _as_said(said: Entry) -> dict[str, Any]:
    """Return what a spec says of a kind itself, by field."""
    return {part.name: getattr(said, part.name) for part in fields(said)}


OF: Final[Mapping[str, Callable[[Member, Job | Step, Any], Entry | None]]] = {
    "cache.cleanup": _of_redis(CacheCleanup),
    "data.expire": _data_expiry,
    "files.expire": _expiry,
    "files.rotate": _rotation,
    "health.check": _check,
    "postgres.analyze": database_parameters,
    "postgres.bloat": database_parameters,
    "postgres.reindex": database_parameters,
    "postgres.vacuum": database_parameters,
    "redis.expire": _of_redis(RedisExpire),
    "temp.clean": _cleaning,
}
"""What makes the parameters of a kind of its subject, which a step names, and what `with` says.

None when there is no such subject, or when it does not say what is asked of it.
"""
