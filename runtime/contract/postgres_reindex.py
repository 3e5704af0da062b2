"""Parameters of ``postgres.reindex``: build indexes anew, while the table is written to."""

from __future__ import annotations

from runtime.contract.database import TableNames
from runtime.contract.entry import Entry, entry
from runtime.contract.secret import Secret
from runtime.contract.units import PositiveSeconds


@entry
class ReindexOptions(Entry):
    """Whose indexes are built anew, one after the other, always concurrently.

    Nobody waits for it; there must be room for a second copy of the largest index. What a run that
    was cut off left behind is dropped by the next one.
    """

    tables: TableNames | None = None
    """Tables; all that are not the system's when it is left out."""
    lock_timeout_seconds: PositiveSeconds = 300
    """How long transactions are waited for that were there before; nobody waits meanwhile."""
    statement_timeout_seconds: PositiveSeconds = 3600
    """How long one index may take."""


@entry
class PostgresReindex(ReindexOptions):
    """Build indexes of a database anew."""

    dsn: Secret
    """Where the connection string is kept."""
