"""Delete what was found and has been judged, if it is still that; count it and say it."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from runtime.contract.frozen import Frozen, frozen
from runtime.contract.units import format_duration
from runtime.kinds.faults import Faults
from runtime.kinds.result import Result

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from runtime.kinds.result import Context
    from runtime.kinds.walk import Found, Parts, Walk

LISTED_FILES: Final = 1000
"""Most files that the facts of a dry run name; the output names all."""


@dataclass(slots=True, kw_only=True)
class Tally:
    """What was done so far, over all places."""

    files: int = 0
    bytes: int = 0
    folders: int = 0
    faults: Faults = field(default_factory=Faults)
    listed: list[dict[str, Any]] = field(default_factory=list)

    def result(self, context: Context, more: Mapping[str, int] | None = None) -> Result:
        """Return the result, with counts beside those of what was deleted."""
        return self.ended(context, self.said(context), more or {}, done=0)

    def said(self, context: Context) -> str:
        """Return what was deleted, or would be, for people."""
        done = "would delete" if context.dry_run else "deleted"
        said = f"{done} {self.files} files, {self.bytes} bytes"
        return f"{said}, and {self.folders} empty folders" if self.folders else said

    def ended(
        self, context: Context, summary: str, more: Mapping[str, int], *, done: int
    ) -> Result:
        """Return the result with a summary, given how much was done beside deleting."""
        facts: dict[str, Any] = {
            "files": self.files,
            "bytes": self.bytes,
            "folders": self.folders,
            "faults": len(self.faults),
            **more,
        }
        if context.dry_run:
            facts["would_delete"] = self.listed
        code = self.faults.exit_code(done=done + self.files + self.folders)
        return Result(exit_code=code, summary=summary + self.faults.said(), facts=facts)


@frozen
class Removal(Frozen):
    """Deletes below one root; `limit` says for people what something is beyond."""

    walk: Walk
    tally: Tally
    context: Context
    limit: str

    def delete(self, found: Found, age_seconds: float) -> None:
        """Delete one thing, if it is still the one that was looked at; say so."""
        with self.walk.reached(found.parts) as folder:
            if folder is None:
                return
            if not self.walk.act(found.parts, lambda: self._unlink(folder, found)):
                return
        size = found.status.st_size
        self.tally.files += 1
        self.tally.bytes += size
        path = self.walk.path(found.parts)
        if self.context.dry_run and len(self.tally.listed) < LISTED_FILES:
            self.tally.listed.append(
                {"path": path, "bytes": size, "age_seconds": round(age_seconds)}
            )
        word = "would delete" if self.context.dry_run else "deleted"
        age = format_duration(int(age_seconds))
        self.context.say(f"{word} {path} ({size} bytes, {age} old, limit {self.limit})")

    def remove_empty(self, gone: set[Parts], may_go: Callable[[Found], bool]) -> None:
        """Remove the folders that are empty and may go, deepest first; the root stays.

        `gone` are the files that a dry run takes for deleted.
        """
        self._remove_empty(self.walk.descriptor, (), gone, may_go)

    def _remove_empty(
        self, folder: int, parts: Parts, gone: set[Parts], may_go: Callable[[Found], bool]
    ) -> bool:
        """Remove what is empty below an open folder; return whether it is empty itself now."""
        is_empty = True
        for found in self.walk.entries(folder, parts):
            if not self.walk.is_own_folder(found):
                is_empty = is_empty and found.parts in gone
                continue
            with self.walk.entered(folder, found.parts) as inner:
                inside = inner is not None and self._remove_empty(inner, found.parts, gone, may_go)
            removed = inside and may_go(found) and self._remove_folder(folder, found.parts)
            is_empty = is_empty and removed
        return is_empty

    def _remove_folder(self, folder: int, parts: Parts) -> bool:
        def remove() -> bool:
            os.rmdir(parts[-1], dir_fd=folder)
            return True

        if not self.context.dry_run and not self.walk.act(parts, remove):
            return False
        self.tally.folders += 1
        word = "would remove" if self.context.dry_run else "removed"
        self.context.say(f"{word} {self.walk.path(parts)} (empty folder)")
        return True

    def _unlink(self, folder: int, found: Found) -> bool:
        """Delete by name what is still what was looked at."""
        name = found.parts[-1]
        if not found.is_as(os.stat(name, dir_fd=folder, follow_symlinks=False)):
            self.context.say(f"{self.walk.path(found.parts)}: changed meanwhile, left alone")
            return False
        if not self.context.dry_run:
            os.unlink(name, dir_fd=folder)
        return True
