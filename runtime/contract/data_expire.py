"""Parameters of ``data.expire``: delete rows and objects that are older than their retention.

Files by age are `files.expire`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Annotated, ClassVar

from runtime.contract.database import ColumnName, Flag, TableName
from runtime.contract.entry import Entry, entry
from runtime.contract.forms import text_of, whole_of
from runtime.contract.secret import Secret
from runtime.contract.units import PositiveSeconds, Seconds

BatchSize = Annotated[int, whole_of(1, 100_000)]
"""How many rows one transaction deletes."""
Prefix = Annotated[
    str, text_of(r"^[^/\x00][^\x00]*/$", "exports/", "tabular/generated/", max_length=900)
]
"""What the keys of objects begin with: never empty, and with a slash at its end, so that
``exports/`` is not ``exports-of-others/``."""
Bucket = Annotated[
    str, text_of(r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", "shop-exports", max_length=63)
]
"""Name of a bucket."""


@entry
class Dependent(Entry):
    """Rows of another table that go along with those that they refer to."""

    of: TableName | None = None
    """Table that they refer to; none means the one whose rows expire."""
    by: Mapping[ColumnName, ColumnName] = field(default_factory=dict)
    """Columns, with those that they refer to; none means what the foreign keys say."""


@entry
class ExpireRows(Entry):
    """Rows of a table, and of tables that depend on it, go when a column says that they are old."""

    dsn: Secret
    """Where the connection string is kept."""
    table: TableName
    """The table."""
    column: ColumnName
    """Column with the time from which a row's age counts; a row without one never expires."""
    older_than_seconds: PositiveSeconds
    """Age from which a row is deleted."""
    dependents: Mapping[TableName, Dependent] = field(default_factory=dict)
    """Tables whose rows go along."""
    batch: BatchSize = 1000
    """How many rows one transaction deletes."""
    pause_seconds: Seconds = 0
    """How long is waited between two transactions."""
    lock_timeout_seconds: PositiveSeconds = 5
    """How long a table is waited for; rows that others hold are left for the next run."""
    statement_timeout_seconds: PositiveSeconds = 300
    """How long one transaction's statements may take."""


@entry
class ExpireObjects(Entry):
    """Objects of a bucket below a prefix go when they were last written long ago."""

    all_or_none: ClassVar = (("access_key", "secret_key"),)

    bucket: Bucket
    """The bucket."""
    prefix: Prefix
    """What the keys begin with; nothing else is touched."""
    older_than_seconds: PositiveSeconds
    """Age, by last modification, from which an object is deleted."""
    versions: Flag = False
    """Whether, in a bucket that keeps versions, old versions are deleted for good."""
    region: str | None = None
    """Region of the bucket."""
    endpoint: str | None = None
    """Address of a storage that speaks S3; none means that of AWS."""
    ca: str | None = None
    """File with the certificates that the endpoint's is held against."""
    access_key: Secret | None = None
    """Where the access key's id is kept; none means what the host itself is given."""
    secret_key: Secret | None = None
    """Where the access key is kept."""


@entry
class DataExpire(Entry):
    """Data that is older than its retention, of exactly one kind."""

    exactly_one: ClassVar = (("rows", "objects"),)

    rows: ExpireRows | None = None
    """Rows of a database."""
    objects: ExpireObjects | None = None
    """Objects of a bucket."""
