"""Parameters of ``postgres.analyze``: renew what the planner knows of tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from runtime.contract.database import ColumnName, Flag, TableName
from runtime.contract.entry import Entry, entry
from runtime.contract.forms import NOT_EMPTY
from runtime.contract.secret import Secret
from runtime.contract.units import PositiveSeconds


@entry
class AnalyzeOptions(Entry):
    """Which tables, and which of their columns, are looked at; nobody waits for it."""

    tables: Annotated[Mapping[TableName, tuple[ColumnName, ...]], NOT_EMPTY] | None = None
    """Tables with their columns, `[]` for all of a table; all tables that are not the system's when
    it is left out."""
    verbose: Flag = False
    """Whether the output keeps what the server says of each table."""
    lock_timeout_seconds: PositiveSeconds = 5
    """How long a table is waited for."""
    statement_timeout_seconds: PositiveSeconds = 3600
    """How long one table may take."""


@entry
class PostgresAnalyze(AnalyzeOptions):
    """Renew the statistics of tables of a database."""

    dsn: Secret
    """Where the connection string is kept."""
