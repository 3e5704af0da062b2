"""Section ``retention``: what is kept how long, and where it lies."""

from __future__ import annotations

from typing import ClassVar, Literal

from compiler.model.resources import UnitName
from compiler.model.types import Count, FilePath, Flag, Paths, Positive, Text
from runtime.contract.entry import Entry, entry
from runtime.contract.units import Bytes, PositiveSeconds


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
class DataClass(Entry):
    """One class of data: its place, its age, its rotation."""

    description: Text | None = None
    """What the data is."""
    files: Paths
    """Folders, or patterns below a folder: `/var/log/tabular/*.log`. The folder is the root that
    deletion never leaves."""
    keep_seconds: PositiveSeconds
    """Age from which data may be deleted."""
    keep_latest: Count = 0
    """Number of newest files per place that stay, however old."""
    remove_empty_folders: Flag = False
    """Whether folders that are left empty go too."""
    rotate: Rotate | None = None
    """How files that are written to are rotated."""
