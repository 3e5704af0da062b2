"""How the job kinds are said in a spec: what each one is done to, and its parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from compiler.model.resources import ResourceKind


@frozen(kw_only=False)
class Kind(Frozen):
    """`subject` is the section that `of` names an entry of; `schema` names what `with` holds.

    `resource` is the kind of resource that the entry must be, where the section is `resources`.
    """

    subject: str | None = None
    schema: str | None = None
    resource: ResourceKind | None = None

    @classmethod
    def of(cls, resource: ResourceKind, schema: str) -> Kind:
        """Given a kind of resource and what `with` holds, return what is done to such a one."""
        return cls(subject="resources", schema=schema, resource=resource)


KINDS: Final[Mapping[str, Kind]] = {
    "cache.cleanup": Kind.of("redis", "kind_cache_cleanup"),
    "command": Kind(schema="kind_command"),
    "data.expire": Kind(subject="retention"),
    "diagnostics.collect": Kind(schema="kind_diagnostics_collect"),
    "docker.prune": Kind(schema="kind_docker_prune"),
    "files.expire": Kind(subject="retention"),
    "files.rotate": Kind(subject="retention"),
    "health.check": Kind(subject="health.checks"),
    "http.call": Kind(schema="kind_http_call"),
    "postgres.analyze": Kind.of("postgres", "kind_postgres_analyze"),
    "postgres.bloat": Kind.of("postgres", "kind_postgres_bloat"),
    "postgres.reindex": Kind.of("postgres", "kind_postgres_reindex"),
    "postgres.vacuum": Kind.of("postgres", "kind_postgres_vacuum"),
    "redis.expire": Kind.of("redis", "kind_redis_expire"),
    "temp.clean": Kind(subject="retention", schema="kind_temp_clean"),
}
"""The kinds of `runtime.contract.kinds`, as a spec says them."""
