"""Parameters of ``postgres.vacuum``: make the room of dead rows usable again."""

from __future__ import annotations

from runtime.contract.database import Flag, TableNames
from runtime.contract.entry import Entry, entry
from runtime.contract.secret import Secret
from runtime.contract.units import PositiveSeconds


@entry
class VacuumOptions(Entry):
    """Which tables are vacuumed, and how.

    Without `full` nobody waits for it, and little room goes back to the system: it is used again
    by the table itself.
    """

    tables: TableNames | None = None
    """Tables; all that are not the system's when it is left out."""
    full: Flag = False
    """Whether each table is written anew, which gives its room back: until it is done, nobody can
    read or write the table, and there must be room for a second copy."""
    analyze: Flag = True
    """Whether the statistics of each table are renewed with it."""
    lock_timeout_seconds: PositiveSeconds = 5
    """How long a table is waited for; while `full` waits, others wait behind it."""
    statement_timeout_seconds: PositiveSeconds = 3600
    """How long one table may take."""


@entry
class PostgresVacuum(VacuumOptions):
    """Vacuum tables of a database."""

    dsn: Secret
    """Where the connection string is kept."""
