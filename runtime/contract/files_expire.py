"""Parameters of ``files.expire``: delete files that are older than their retention."""

from __future__ import annotations

from runtime.contract.entry import Entry, entry
from runtime.contract.units import Seconds, Whole


@entry
class Place(Entry):
    """A folder and which files below it are meant."""

    root: str
    """Declared root, absolute; nothing outside it is touched, and no link is followed."""
    pattern: str = "**"
    """Files by their path below the root, as a glob: `*.log`, `**` for all."""


@entry
class FilesExpire(Entry):
    """Files whose last modification is longer ago than `older_than_seconds` are deleted."""

    places: tuple[Place, ...]
    """Where to look."""
    older_than_seconds: Seconds
    """Age, by last modification, from which a file is deleted."""
    keep_latest: Whole = 0
    """Number of newest files per place that stay, however old."""
    remove_empty_folders: bool = False
    """Whether folders below a root that are left empty go too."""
