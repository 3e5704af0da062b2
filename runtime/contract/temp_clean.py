"""Parameters of ``temp.clean``: delete temporary files that nobody uses any more."""

from __future__ import annotations

from typing import Literal

from runtime.contract.entry import Entry, entry
from runtime.contract.files_expire import Place
from runtime.contract.units import Seconds


@entry
class TempCare(Entry):
    """From when the age of a temporary file counts."""

    by: Literal["modified", "used", "changed"] = "changed"
    """The last write; `used`: that or the last read; `changed`: either, or a new name, owner or
    mode, so that what was unpacked or moved there with an old date counts as new."""


@entry
class TempClean(TempCare):
    """Files and links that are old, and that no process has open, are deleted."""

    places: tuple[Place, ...]
    """Where to look."""
    older_than_seconds: Seconds
    """Age from which a file is deleted."""
    remove_empty_folders: bool = False
    """Whether folders that are as old, and left empty, go too; those with the sticky bit stay."""
