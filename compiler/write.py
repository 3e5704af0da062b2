"""The only writer to disk: artifacts of one environment into their folder, or what differs.

Every file is the old one or the new one at any moment. The manifest comes last and lists what is
ours, by digest; a list of what is about to change comes first, so that a run that was cut off
leaves nothing that the next one does not know. Files that no list names are never touched.
"""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from compiler.errors import WriteError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from compiler.artifact.artifact import Artifact

MANIFEST: Final = "manifest.json"
PENDING: Final = ".manifest.pending"
SOURCE_MAP: Final = "source-map.json"
SINGLE: Final = 100
"""Files up to so many are made durable one by one, more of them with all of their file system."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One file that differs: its path below the folder, its text on disk, and as it should be.

    A text is None where there is no file.
    """

    path: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a write did: paths written, removed, and kept since somebody edited them."""

    written: tuple[str, ...]
    removed: tuple[str, ...]
    kept: tuple[str, ...]


def digest(text: str) -> str:
    """Given a text, return its digest as manifests hold it."""
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


@dataclass(frozen=True, kw_only=True)
class Bundle:
    """The artifacts of one environment, and what the manifest says of them.

    `kinds` are the top folders that are looked at; none means all. The others stay as they are.
    """

    artifacts: tuple[Artifact, ...]
    compiler: str
    environment: str
    spec: str
    services: tuple[str, ...] = ()
    kinds: frozenset[str] = frozenset()

    def covers(self, path: str) -> bool:
        """Whether an artifact's path is looked at."""
        return not self.kinds or path.partition("/")[0] in self.kinds

    @cached_property
    def texts(self) -> Mapping[str, str]:
        """The texts that are looked at, by path."""
        return {each.path: each.text for each in self.artifacts if self.covers(each.path)}

    @cached_property
    def digests(self) -> Mapping[str, str]:
        """The digests of these texts, by path."""
        return {path: digest(text) for path, text in self.texts.items()}

    def manifest(self, listed: Mapping[str, str]) -> str:
        """Given the digests of the last manifest, return the next one: one artifact a line."""
        digests = {path: known for path, known in listed.items() if not self.covers(path)}
        digests |= self.digests
        head = {
            "compiler": self.compiler,
            "environment": self.environment,
            "services": self.services,
            "spec": self.spec,
        }
        said = [f"{json.dumps(key)}: {json.dumps(value)},\n" for key, value in head.items()]
        lines = [f"{json.dumps(path)}: {json.dumps(digests[path])}" for path in sorted(digests)]
        return "{\n" + "".join(said) + '"artifacts": {\n' + ",\n".join(lines) + "\n}\n}\n"


def differences(folder: Path, bundle: Bundle) -> tuple[Change, ...]:
    """Given what a folder should hold, return what it holds otherwise; write nothing."""
    place = _Folder(folder)
    ours = place.listed(MANIFEST)
    wanted = {**bundle.texts, MANIFEST: bundle.manifest(ours)}
    found = [
        Change(path=path, before=before, after=text)
        for path, text in wanted.items()
        if (before := place.text(path)) != text
    ]
    found.extend(
        Change(path=path, before=before, after=None)
        for path in ours
        if bundle.covers(path) and path not in wanted and (before := place.text(path)) is not None
    )
    return tuple(sorted(found, key=lambda change: change.path))


def write(
    folder: Path,
    bundle: Bundle,
    *,
    source_map: str | None = None,
    may_overwrite: bool = False,
    may_drop_services: bool = False,
    on_step: Callable[[str], None] = lambda _path: None,
) -> Outcome:
    """Given the artifacts of an environment, make its folder hold them.

    `on_step` hears the path of each file before it is looked at. Raise `WriteError` when the folder
    cannot be written, when a link stands in it, or when a file stands where an artifact belongs
    that opsc did not write (unless `may_overwrite`), or when the folder holds a service that the
    bundle knows nothing of (unless `may_drop_services`).
    """
    place = _Folder(folder)
    try:
        changed = _changed(place, bundle, may_overwrite=may_overwrite)
        if not may_drop_services:
            _refuse_lost_services(place, bundle)
        return _write(place, bundle, changed, source_map, on_step)
    except OSError as error:
        raise WriteError(f"cannot write `{folder}`: {error.strerror}: {error.filename}") from error


def _changed(folder: _Folder, bundle: Bundle, *, may_overwrite: bool) -> Mapping[str, str]:
    """Return the texts that are not on the disk yet.

    Raise `WriteError` when somebody else's file stands in the place of one.
    """
    ours = folder.listed(MANIFEST) | folder.listed(PENDING)
    changed: dict[str, str] = {}
    for path, text in bundle.texts.items():
        content = folder.content(path)
        if content is not None and content == text.encode():
            continue
        if content is not None and not may_overwrite and path not in ours:
            raise WriteError(
                f"`{folder.root}/{path}` is in the way and not of opsc's making:"
                " move it away, or say --overwrite"
            )
        changed[path] = text
    return changed


def _refuse_lost_services(folder: _Folder, bundle: Bundle) -> None:
    """Raise `WriteError` when the last manifest has a service that is not compiled now."""
    services = folder.manifest(MANIFEST).get("services", ())
    lost = [name for name in services if name not in bundle.services]
    if lost:
        names = ", ".join(f"`{name}`" for name in lost)
        raise WriteError(
            f"`{folder.root}` also holds what {names} compiled to: name the specs of all services,"
            " or say --drop-services"
        )


def _write(
    folder: _Folder,
    bundle: Bundle,
    changed: Mapping[str, str],
    source_map: str | None,
    on_step: Callable[[str], None],
) -> Outcome:
    wanted = bundle.texts
    listed, pending = folder.listed(MANIFEST), folder.listed(PENDING)
    known = {
        path: frozenset(f"{listed.get(path, '')} {pending.get(path, '')}".split())
        for path in listed | pending
        if bundle.covers(path)
    }
    if changed:
        coming = {path: f"{pending.get(path, '')} {bundle.digests[path]}" for path in changed}
        folder.replace({PENDING: json.dumps({"artifacts": pending | coming})})
    for path in wanted:
        if path not in changed:
            on_step(path)
    folder.replace(changed, on_step)
    written = list(changed)
    removed, kept = _remove_stale(folder, known, wanted)
    further = {MANIFEST: bundle.manifest(listed)}
    if source_map is not None:
        further[SOURCE_MAP] = source_map
    for path, text in further.items():
        if folder.text(path) != text:
            folder.replace({path: text})
            written.append(path)
    others = {path: told for path, told in pending.items() if not bundle.covers(path)}
    if others:
        folder.replace({PENDING: json.dumps({"artifacts": others})})
    elif pending or changed:
        folder.remove(PENDING)
    return Outcome(written=tuple(written), removed=tuple(removed), kept=tuple(kept))


def _remove_stale(
    folder: _Folder, known: Mapping[str, frozenset[str]], wanted: Mapping[str, str]
) -> tuple[list[str], list[str]]:
    """Remove what we wrote once and no longer make, unless somebody changed it since."""
    removed, kept = [], []
    for path, digests in known.items():
        folder.remove(_temporary(path))
        text = None if path in wanted else folder.text(path)
        if text is None:
            continue
        if digest(text) not in digests:
            kept.append(path)
            continue
        folder.remove(path)
        removed.append(path)
        folder.remove_empty_parents(path)
    return removed, kept


def _is_inside(path: str) -> bool:
    """Whether a listed path stays in the folder."""
    return not path.startswith("/") and ".." not in path.split("/")


def _temporary(path: str) -> str:
    """Return the path of the file that is written before it takes another one's place."""
    head, slash, name = path.rpartition("/")
    return f"{head}{slash}.{name}.opsc"


class _Folder:
    """The folder of an environment: files by their path below it, and never through a link.

    Paths are texts, not `Path`: ten thousand files are written, and it is the quicker way.
    """

    def __init__(self, folder: Path) -> None:
        self.root = folder
        self._plain: set[str] = set()

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

    def replace(
        self, texts: Mapping[str, str], on_step: Callable[[str], None] = lambda _path: None
    ) -> None:
        """Write files beside their places, make them durable, and put each there in one step.

        `on_step` hears the path of each file before it is written.
        """
        places = {path: self._place(path) for path in texts}
        parents = dict.fromkeys(place.rpartition("/")[0] for place in places.values())
        for parent in parents:
            os.makedirs(parent, exist_ok=True)
        is_single = len(texts) <= SINGLE
        for path, text in texts.items():
            on_step(path)
            _write_new(_temporary(places[path]), text.encode(), is_synced=is_single)
        if not is_single:
            _sync_all(self.root)
        for place in places.values():
            self._refuse_link(place)
            os.replace(_temporary(place), place)
        for parent in parents:
            _sync_folder(parent)


def _write_new(place: str, content: bytes, *, is_synced: bool) -> None:
    """Write a file that is not there, or is a leftover of our own."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    try:
        descriptor = os.open(place, flags, 0o644)
    except FileExistsError:
        os.unlink(place)
        descriptor = os.open(place, flags, 0o644)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        if is_synced:
            os.fsync(descriptor)


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
