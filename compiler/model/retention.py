"""Section ``retention``: what is kept how long, and where it lies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import ClassVar, Literal

from compiler.model.resources import UnitName
from compiler.model.types import Count, FilePath, Flag, Name, Paths, Positive, Text
from runtime.contract.data_expire import BatchSize, Prefix
from runtime.contract.database import ColumnName, TableName
from runtime.contract.entry import Entry, entry
from runtime.contract.units import Bytes, PositiveSeconds, Seconds


@entry
class Reopen(Entry):
    """Which process is told to open its files anew, and by which signal."""

    exactly_one: ClassVar = (("pid_file", "unit"),)

    name: Literal["HUP", "USR1", "USR2"] = "HUP"
    """The signal."""
    pid_file: FilePath | None = None
    """File in which the process keeps its number; `opsrun` needs `CAP_KILL` then, and has it."""
    unit: UnitName | None = None
    """Unit of systemd whose main process it is; the hosts' polkit must let `opsrun` do that."""


@entry
class Rotate(Entry):
    """When and how a file that is written to makes room for a new one.

    Jobs that run `files.rotate` do it; those are deleted then whose age is that of `keep`. Without
    `at` and `every` each run rotates.
    """

    at_most_one: ClassVar = (("signal", "copy"),)

    at_bytes: Bytes | None = None
    """Size from which a file is rotated."""
    every_seconds: PositiveSeconds | None = None
    """Time since its last rotation from which a file is rotated."""
    signal: Reopen | None = None
    """Who is told to open the file anew, once it has another name. None means that its writer
    notices by itself; one that never does goes on in the renamed file."""
    copy: Literal["exact", "truncate"] | None = None
    """For writers that keep their file open and only append to it: it is copied, and its beginning
    taken off. `exact` loses nothing; where the file system cannot take it off (tmpfs, Btrfs, not
    ext4 and XFS) a hole that takes no room stays. `truncate` cuts the file to nothing there, and
    loses what is written in that instant."""
    compress: Literal["gzip", "none"] = "gzip"
    """How rotated files are packed, once nobody writes to them any more."""
    copies: Positive | None = None
    """Most rotated files of each file; none means as many as are younger than `keep`."""


@entry
class Dependent(Entry):
    """Rows of another table that go along with those that they refer to."""

    of: TableName | None = None
    """Table that they refer to; none means the one whose rows expire."""
    by: Mapping[ColumnName, ColumnName] = field(default_factory=dict)
    """Columns, with those that they refer to; none means what the foreign keys say."""


@entry
class Rows(Entry):
    """Rows of a database, by the age that a column says; deleted a batch a transaction.

    A row that a table refers to that is not named here stays, with all that would go along. The
    user needs the rights to select and delete, and to update: rows are locked before they go.
    """

    in_: Name
    """The database: a key of `resources`, a `postgres`."""
    user: Name | None = None
    """Whose connection is used; a key of its `roles`."""
    table: TableName
    """The table."""
    column: ColumnName
    """Column with the time from which a row's age counts; a row without one never expires."""
    dependents: Mapping[TableName, Dependent] = field(default_factory=dict)
    """Tables whose rows go along, before what they refer to, whatever order they stand in."""
    batch: BatchSize = 1000
    """How many rows one transaction deletes."""
    pause_seconds: Seconds = 0
    """How long is waited between two transactions, for replicas to follow."""
    lock_timeout_seconds: PositiveSeconds = 5
    """How long a table is waited for; rows that others hold are left for the next run."""
    statement_timeout_seconds: PositiveSeconds = 300
    """How long one transaction's statements may take."""


@entry
class Objects(Entry):
    """Objects of a bucket below a prefix, by when they were last written."""

    in_: Name
    """The bucket: a key of `resources`, a `bucket`."""
    prefix: Prefix
    """What their keys begin with; nothing else is touched."""
    versions: Flag = False
    """Whether, in a bucket that keeps versions, old versions are deleted for good; else they stay,
    behind a mark."""


@entry
class DataClass(Entry):
    """One class of data: its place, its age, its rotation."""

    exactly_one: ClassVar = (("files", "rows", "objects"),)

    description: Text | None = None
    """What the data is."""
    files: Paths | None = None
    """Folders, or patterns below a folder: `/var/log/tabular/*.log`. The folder is the root that
    deletion never leaves."""
    rows: Rows | None = None
    """Rows of a database, by the age that a column says; `data.expire` deletes them."""
    objects: Objects | None = None
    """Objects of a bucket; `data.expire` deletes them."""
    keep_seconds: PositiveSeconds
    """Age from which data may be deleted."""
    keep_latest: Count = 0
    """Number of newest files per place that stay, however old."""
    remove_empty_folders: Flag = False
    """Whether folders that are left empty go too."""
    rotate: Rotate | None = None
    """How files that are written to are rotated."""
