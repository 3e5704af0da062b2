"""The folder of an environment on the disk: what it holds, and how files get there whole.

A file is written beside its place, made durable, and put there in one step. No link is followed.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from compiler.errors import WriteError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path


def _is_inside(path: str) -> bool:
    """Whether a listed path stays in the folder."""
    return not path.startswith("/") and ".." not in path.split("/")


def temporary(path: str) -> str:
    """Return the path of the file that is written before it takes another one's place."""
    head, slash, name = path.rpartition("/")
    return f"{head}{slash}.{name}.opsc"


class Folder:
    """The folder of an environment: files by their path below it, and never through a link.

    Paths are texts, not `Path`: ten thousand files are written, and it is the quicker way.
    """

    def __init__(self, folder: Path) -> None:
        self.root = folder
        self._plain: set[str] = set()
        self._made: set[str] = set()

    def _place(self, path: str) -> str:
        """Return the place of a file; raise `WriteError` when a folder on the way is a link."""
        head = path.rpartition("/")[0]
        if head not in self._plain:
            folders = head.split("/") if head else []
            for depth in range(len(folders)):
                self._refuse_link("/".join((str(self.root), *folders[: depth + 1])))
            self._plain.add(head)
        return f"{self.root}/{path}"

    def _refuse_link(self, place: str) -> None:
        if os.path.islink(place):
            raise WriteError(f"`{place}` is a link: opsc writes only into its own folder")

    def present(self, paths: Iterable[str]) -> list[str]:
        """Return those of some paths at which there may be anything.

        Some file systems do not tell capitals from small letters.
        """
        entries: dict[str, frozenset[str]] = {}
        found = []
        for path in paths:
            place = self._place(path)
            parent = place.rpartition("/")[0]
            if parent not in entries:
                entries[parent] = frozenset(map(str.casefold, _entries(parent)))
            if entries[parent] and place.casefold() in entries[parent]:
                found.append(path)
        return found

    def content(self, path: str) -> bytes | None:
        """Return what a file holds, or None when there is no such file."""
        place = self._place(path)
        try:
            descriptor = os.open(place, os.O_RDONLY | os.O_NOFOLLOW)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError:
            self._refuse_link(place)
            raise
        with os.fdopen(descriptor, "rb") as file:
            return file.read()

    def text(self, path: str) -> str | None:
        """Return a file's text, or None when there is no such file or it is no text."""
        content = self.content(path)
        try:
            return None if content is None else content.decode()
        except UnicodeDecodeError:
            return None

    def manifest(self, name: str) -> dict[str, Any]:
        """Return what a list in the folder says; nothing when there is no list."""
        text = self.text(name)
        if text is None:
            return {}
        try:
            said: Any = json.loads(text)
        except ValueError:
            said = None
        if not isinstance(said, dict) or not isinstance(said.get("artifacts"), dict):
            raise WriteError(
                f"`{self.root / name}` is not a list that opsc wrote:"
                " move it away and compile again"
            )
        return said

    def listed(self, name: str) -> dict[str, str]:
        """Return the digests by path that a list in the folder holds; empty without a list."""
        artifacts = self.manifest(name).get("artifacts", {})
        return {str(path): str(known) for path, known in artifacts.items() if _is_inside(str(path))}

    def remove(self, path: str) -> None:
        """Remove a file, if it is there."""
        place = self._place(path)
        self._refuse_link(place)
        with suppress(FileNotFoundError, NotADirectoryError):
            os.unlink(place)

    def remove_empty_parents(self, path: str) -> None:
        """Remove the folders that a removed file leaves empty."""
        for parent in (self.root / path).parents:
            if parent == self.root or any(parent.iterdir()):
                return
            parent.rmdir()

    def replace(self, texts: Mapping[str, str]) -> None:
        """Write files beside their places, make them durable, and put each there in one step."""
        for path, text in texts.items():
            self.prepare(path, text.encode(), is_synced=True)
        self.settle(texts)

    def prepare(self, path: str, content: bytes, *, is_synced: bool) -> None:
        """Write a file beside its place; it is durable at once where `is_synced`."""
        place = self._place(path)
        parent = place.rpartition("/")[0]
        if parent not in self._made:
            os.makedirs(parent, exist_ok=True)
            self._made.add(parent)
        _write_new(temporary(place), content, is_synced=is_synced)

    def settle(self, paths: Iterable[str]) -> None:
        """Put files that are durable beside their places there, each in one step."""
        links: dict[str, frozenset[str]] = {}
        for path in paths:
            place = self._place(path)
            parent = place.rpartition("/")[0]
            if parent not in links:
                links[parent] = _entries(parent, only_links=True)
            if place in links[parent]:
                self._refuse_link(place)
            os.replace(temporary(place), place)
        for parent in links:
            _sync_folder(parent)

    def sync(self) -> None:
        """Make all that was prepared durable."""
        _sync_all(self.root)


def _entries(folder: str, *, only_links: bool = False) -> frozenset[str]:
    """Return the places of what a folder holds: one question for thousands of files."""
    try:
        with os.scandir(folder) as found:
            return frozenset(each.path for each in found if not only_links or each.is_symlink())
    except (FileNotFoundError, NotADirectoryError):
        return frozenset()


def _write_new(place: str, content: bytes, *, is_synced: bool) -> None:
    """Write a file that is not there, or is a leftover of our own."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    try:
        descriptor = os.open(place, flags, 0o644)
    except FileExistsError:
        os.unlink(place)
        descriptor = os.open(place, flags, 0o644)
    try:
        left = memoryview(content)
        while left:
            left = left[os.write(descriptor, left) :]
        if is_synced:
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sync_folder(folder: str) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sync_all(folder: Path) -> None:
    """Make all of a file system durable at once: thousands of files, one by one, take minutes."""
    import ctypes

    descriptor = os.open(folder, os.O_RDONLY)
    try:
        if ctypes.CDLL(None, use_errno=True).syncfs(descriptor) != 0:
            raise OSError(ctypes.get_errno(), "cannot be made durable", str(folder))
    finally:
        os.close(descriptor)
