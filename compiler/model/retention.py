"""Section ``retention``: what is kept how long, and where it lies."""

from __future__ import annotations

from typing import Literal

from compiler.model.types import Count, Flag, Paths, Text
from runtime.contract.entry import Entry, entry
from runtime.contract.units import Bytes, PositiveSeconds


@entry
class Rotate(Entry):
    """When a file that is written to makes room for a new one."""

    at_bytes: Bytes | None = None
    """Size from which a file is rotated."""
    every_seconds: PositiveSeconds | None = None
    """Age from which a file is rotated."""
    compress: Literal["gzip", "none"] = "gzip"
    """How rotated files are packed."""


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
