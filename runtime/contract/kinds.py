"""Which job kinds exist, and the class of each one's parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from runtime.contract.command import Command
from runtime.contract.data_expire import DataExpire
from runtime.contract.files_expire import FilesExpire
from runtime.contract.health_check import HealthCheck
from runtime.contract.postgres_analyze import AnalyzeOptions, PostgresAnalyze
from runtime.contract.postgres_bloat import BloatOptions, PostgresBloat
from runtime.contract.postgres_reindex import PostgresReindex, ReindexOptions
from runtime.contract.postgres_vacuum import PostgresVacuum, VacuumOptions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runtime.contract.entry import Entry

KINDS: Final[Mapping[str, type[Entry]]] = {
    "command": Command,
    "data.expire": DataExpire,
    "files.expire": FilesExpire,
    "health.check": HealthCheck,
    "postgres.analyze": PostgresAnalyze,
    "postgres.bloat": PostgresBloat,
    "postgres.reindex": PostgresReindex,
    "postgres.vacuum": PostgresVacuum,
}
"""Parameters by the kind's name; ``runtime/kinds/`` has a module of the same name for each."""

OPTIONS: Final[Mapping[str, type[Entry]]] = {
    "postgres.analyze": AnalyzeOptions,
    "postgres.bloat": BloatOptions,
    "postgres.reindex": ReindexOptions,
    "postgres.vacuum": VacuumOptions,
}
"""Of kinds that are done to something: the parameters that do not come from what it is."""
