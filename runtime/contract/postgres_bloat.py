"""Parameters of ``postgres.bloat``: how much of tables and indexes is dead or empty."""

from __future__ import annotations

from typing import Annotated

from runtime.contract.database import Flag, TableName
from runtime.contract.entry import Entry, entry
from runtime.contract.forms import whole_of
from runtime.contract.secret import Secret
from runtime.contract.units import Bytes, PositiveSeconds, Ratio


@entry
class BloatOptions(Entry):
    """What is looked at, how, and from where on it is a finding. Nothing is changed."""

    tables: tuple[TableName, ...] = ()
    """Tables, with their indexes; none means all that are not the system's."""
    top: Annotated[int, whole_of(1, 1000)] = 20
    """How many tables, and how many indexes, are reported: those that waste most."""
    measured: Flag = False
    """Whether it is measured by the extension `pgstattuple`, which reads all of it, and not
    estimated from statistics, which costs nothing and is as good as the last `ANALYZE`."""
    above_ratio: Ratio | None = None
    """Share of a table or an index that may be wasted; more is a finding, and the job has not
    ended well. None means that nothing is one."""
    from_bytes: Bytes = 100 * 2**20
    """Size from which `above` is looked at: small ones waste much of little."""
    lock_timeout_seconds: PositiveSeconds = 5
    """How long a table is waited for."""
    statement_timeout_seconds: PositiveSeconds = 600
    """How long one question may take."""


@entry
class PostgresBloat(BloatOptions):
    """Report what tables and indexes of a database waste."""

    dsn: Secret
    """Where the connection string is kept."""
