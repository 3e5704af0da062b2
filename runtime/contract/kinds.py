"""Which job kinds exist, and the class of each one's parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from runtime.contract.cache_cleanup import CacheCleanup, Cleanup
from runtime.contract.command import Command
from runtime.contract.data_expire import DataExpire
from runtime.contract.diagnostics_collect import DiagnosticsCollect
from runtime.contract.docker_prune import DockerPrune
from runtime.contract.files_expire import FilesExpire
from runtime.contract.files_rotate import FilesRotate
from runtime.contract.health_check import HealthCheck
from runtime.contract.http_call import HttpCall
from runtime.contract.postgres_analyze import AnalyzeOptions, PostgresAnalyze
from runtime.contract.postgres_bloat import BloatOptions, PostgresBloat
from runtime.contract.postgres_reindex import PostgresReindex, ReindexOptions
from runtime.contract.postgres_vacuum import PostgresVacuum, VacuumOptions
from runtime.contract.redis_expire import Expiry, RedisExpire
from runtime.contract.temp_clean import TempCare, TempClean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runtime.contract.entry import Entry

KINDS: Final[Mapping[str, type[Entry]]] = {
    "cache.cleanup": CacheCleanup,
    "command": Command,
    "data.expire": DataExpire,
    "diagnostics.collect": DiagnosticsCollect,
    "docker.prune": DockerPrune,
    "files.expire": FilesExpire,
    "files.rotate": FilesRotate,
    "health.check": HealthCheck,
    "http.call": HttpCall,
    "postgres.analyze": PostgresAnalyze,
    "postgres.bloat": PostgresBloat,
    "postgres.reindex": PostgresReindex,
    "postgres.vacuum": PostgresVacuum,
    "redis.expire": RedisExpire,
    "temp.clean": TempClean,
}
"""Parameters by the kind's name; ``runtime/kinds/`` has a module of the same name for each."""

WRITTEN: Final[Mapping[str, type[Entry]]] = {
    "cache.cleanup": Cleanup,
    "postgres.analyze": AnalyzeOptions,
    "postgres.bloat": BloatOptions,
    "postgres.reindex": ReindexOptions,
    "postgres.vacuum": VacuumOptions,
    "redis.expire": Expiry,
    "temp.clean": TempCare,
}
"""What a spec says of a kind itself, where the rest follows from what the kind is done to."""
