"""Diagnostics: the resources that a job names become what its collectors ask."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from compiler.lower.checks import kept_in
from compiler.model.resources import kind_of
from runtime.contract.diagnostics_collect import DiagnosticsCollect, Extent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.model.diagnostics import Diagnostics
    from compiler.model.resources import Resource
    from compiler.model.service import Service
    from compiler.model.site import Member
    from runtime.contract.files_expire import Place
    from runtime.contract.secret import Secret


def collected(
    member: Member, service: Service, said: Diagnostics, logs: tuple[Place, ...]
) -> DiagnosticsCollect | None:
    """Given what a job says, and its logs, return what is collected; None with an unknown resource.

    Of a queue, what it is kept in is asked.
    """
    resources = member.spec.resources
    names = tuple(resources) if said.resources is None else said.resources
    if any(name not in resources for name in names):
        return None
    found = {name: one for asked in names for name, one in _asked(asked, member)}
    glob = f"*{service.name}*"
    return DiagnosticsCollect(
        service=service.name,
        databases=dict(_databases(found)),
        caches={name: one.redis.url for name, one in found.items() if one.redis},
        endpoints={name: one.http.url for name, one in found.items() if one.http},
        folders=tuple(one.storage.path for one in found.values() if one.storage),
        units=tuple(one.systemd for one in found.values() if one.systemd),
        logs=logs,
        containers=(glob,) if said.containers is None else said.containers,
        **{part.name: getattr(said, part.name) for part in fields(Extent)},
    )


def _asked(name: str, member: Member) -> Iterator[tuple[str, Resource]]:
    """Yield a resource, or what it is kept in."""
    resource = member.spec.resources[name]
    if kind_of(resource) != "queue":
        yield name, resource
        return
    kept = member.spec.resources.get(resource.queue.in_) if resource.queue else None
    if kept is not None and resource.queue and kind_of(kept) == kept_in(resource.queue):
        yield resource.queue.in_, kept


def _databases(found: dict[str, Resource]) -> Iterator[tuple[str, Secret]]:
    """Yield the connection strings of databases, and of their replicas."""
    for name, one in found.items():
        if one.postgres is not None:
            yield name, one.postgres.dsn
            if one.postgres.replica is not None:
                yield f"{name}-replica", one.postgres.replica
