"""Parameters of ``files.rotate``: files that are written to make room for new ones."""

from __future__ import annotations

from typing import ClassVar, Literal

from runtime.contract.entry import Entry, entry
from runtime.contract.files_expire import Place
from runtime.contract.units import Bytes, PositiveSeconds, Seconds, Whole


@entry
class Reopening(Entry):
    """Which process is told to open its files anew, and by which signal."""

    exactly_one: ClassVar = (("pid_file", "unit"),)

    name: Literal["HUP", "USR1", "USR2"] = "HUP"
    """The signal."""
    pid_file: str | None = None
    """File that holds the process's number, and that the process wrote."""
    unit: str | None = None
    """Unit of systemd whose main process it is."""


@entry
class FilesRotate(Entry):
    """Files of a size or an age get another name, are packed, and go when they are old.

    A file that was renamed is `api.log.20260301T000000Z`, later with `.gz` behind it. Neither what
    is named so nor what other tools have rotated (`.1`, `-20260301`, `.gz`) is rotated again.
    """

    at_most_one: ClassVar = (("signal", "copy"),)

    places: tuple[Place, ...]
    """Where to look."""
    at_bytes: Bytes | None = None
    """Size from which a file is rotated."""
    every_seconds: PositiveSeconds | None = None
    """Time since its last rotation from which a file is; one that never was is due."""
    signal: Reopening | None = None
    """Who is told to open the files anew; none means that the writer notices by itself."""
    copy: Literal["exact", "truncate"] | None = None
    """Whether a file is copied, and its beginning taken off, instead of getting another name."""
    compress: Literal["gzip", "none"] = "gzip"
    """How rotated files are packed, once nobody writes to them."""
    copies: Whole | None = None
    """Most rotated files of each file that stay."""
    keep_seconds: Seconds
    """Age, by last modification, from which a rotated file is deleted."""
    keep_latest: Whole = 0
    """Number of newest rotated files of each file that stay, however old."""
