"""Steps about databases and buckets: what a spec says of one becomes parameters of its kind."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from runtime.contract.data_expire import DataExpire, Dependent, ExpireObjects, ExpireRows
from runtime.contract.kinds import KINDS

if TYPE_CHECKING:
    from compiler.model.jobs import Job, Step
    from compiler.model.retention import DataClass
    from compiler.model.site import Member
    from runtime.contract.entry import Entry
    from runtime.contract.secret import Secret


def database_parameters(member: Member, step: Job | Step, options: Any) -> Entry | None:
    """Given a step that is done to a database, and its options, return its parameters.

    None when its database, or the user of it, is unresolved.
    """
    dsn = _dsn(member, str(step.of), step.user)
    if dsn is None:
        return None
    said = {part.name: getattr(options, part.name) for part in fields(options)}
    return KINDS[str(step.run)](dsn=dsn, **said)


def expiry_parameters(member: Member, data: DataClass) -> DataExpire | None:
    """Given a class of data that is rows or objects, return how it expires; None if unresolved."""
    rows, objects = _rows(member, data), _objects(member, data)
    return None if rows is None and objects is None else DataExpire(rows=rows, objects=objects)


def resource_of(member: Member, step: Job | Step) -> str | None:
    """Given a step, return the name of the resource that it acts on, if it is one's."""
    if step.run == "data.expire":
        data = member.spec.retention.get(str(step.of))
        place = None if data is None else data.rows or data.objects
        return None if place is None else place.in_
    return step.of


def _rows(member: Member, data: DataClass) -> ExpireRows | None:
    rows = data.rows
    dsn = None if rows is None else _dsn(member, rows.in_, rows.user)
    if rows is None or dsn is None:
        return None
    dependents = {name: Dependent(of=one.of, by=one.by) for name, one in rows.dependents.items()}
    return ExpireRows(
        dsn=dsn,
        table=rows.table,
        column=rows.column,
        older_than_seconds=data.keep_seconds,
        dependents=dependents,
        batch=rows.batch,
        pause_seconds=rows.pause_seconds,
        lock_timeout_seconds=rows.lock_timeout_seconds,
        statement_timeout_seconds=rows.statement_timeout_seconds,
    )


def _objects(member: Member, data: DataClass) -> ExpireObjects | None:
    objects = data.objects
    resource = None if objects is None else member.spec.resources.get(objects.in_)
    if objects is None or resource is None or resource.bucket is None:
        return None
    bucket = resource.bucket
    return ExpireObjects(
        bucket=bucket.name,
        prefix=objects.prefix,
        older_than_seconds=data.keep_seconds,
        versions=objects.versions,
        region=bucket.region,
        endpoint=bucket.endpoint,
        ca=bucket.ca,
        access_key=bucket.access_key,
        secret_key=bucket.secret_key,
    )


def _dsn(member: Member, name: str, user: str | None) -> Secret | None:
    """Return where the connection string of a database is kept, for one of its users."""
    resource = member.spec.resources.get(name)
    if resource is None or resource.postgres is None:
        return None
    return resource.postgres.dsn if user is None else resource.postgres.roles.get(user)
