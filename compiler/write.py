"""The only writer to disk: artifacts of one environment into their folder, or what differs.

Every file is the old one or the new one at any moment. The manifest comes last and lists what is
ours, by digest; a list of what is about to change comes first, and again with the digests before
the first file is replaced, so that a run that was cut off leaves nothing that the next one does not
know. Files that no list names are never touched. Of thousands of texts one is held at a time.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from compiler.errors import WriteError
from compiler.folder import Folder, temporary
from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Mapping
    from pathlib import Path

    from compiler.artifact.artifact import Artifact

MANIFEST: Final = "manifest.json"
PENDING: Final = ".manifest.pending"
SOURCE_MAP: Final = "source-map.json"
SINGLE: Final = 100
"""Files up to so many are made durable one by one, more of them with all of their file system."""


@frozen
class Change(Frozen):
    """One file that differs: its path below the folder, its text on disk, and as it should be.

    A text is None where there is no file.
    """

    path: str
    before: str | None
    after: str | None


@frozen
class Outcome(Frozen):
    """What a write did: paths written, removed, and kept since somebody edited them."""

    written: tuple[str, ...]
    removed: tuple[str, ...]
    kept: tuple[str, ...]


def digest(text: str) -> str:
    """Given a text, return its digest as manifests hold it."""
    return _digest(text.encode())


def _digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


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
    def covered(self) -> Mapping[str, Artifact]:
        """The artifacts that are looked at, by path."""
        return {each.path: each for each in self.artifacts if self.covers(each.path)}

    def manifest(self, listed: Mapping[str, str], made: Mapping[str, str]) -> str:
        """Given the digests of the last manifest and those of what is looked at, return the next.

        Each artifact has a line.
        """
        digests = {path: known for path, known in listed.items() if not self.covers(path)}
        digests |= made
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
    place = Folder(folder)
    ours = place.listed(MANIFEST)
    found: list[Change] = []
    digests: dict[str, str] = {}

    def compare(path: str, text: str) -> None:
        before = place.text(path)
        if before != text:
            found.append(Change(path=path, before=before, after=text))

    for path, artifact in bundle.covered.items():
        text = artifact.text
        digests[path] = digest(text)
        compare(path, text)
    compare(MANIFEST, bundle.manifest(ours, digests))
    found.extend(
        Change(path=path, before=before, after=None)
        for path in ours
        if bundle.covers(path) and path not in digests and (before := place.text(path)) is not None
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
    place = Folder(folder)
    try:
        digests = _unchanged(place, bundle, may_overwrite=may_overwrite)
        if not may_drop_services:
            _refuse_lost_services(place, bundle)
        return _write(place, bundle, digests, source_map, on_step)
    except OSError as error:
        raise WriteError(f"cannot write `{folder}`: {error.strerror}: {error.filename}") from error


def _unchanged(folder: Folder, bundle: Bundle, *, may_overwrite: bool) -> dict[str, str]:
    """Return the digests of the texts that are on the disk as they should be, by path.

    Raise `WriteError` when somebody else's file stands in the place of one.
    """
    ours, pending = folder.listed(MANIFEST), folder.listed(PENDING)
    unchanged: dict[str, str] = {}
    for path in folder.present(bundle.covered):
        content, artifact = folder.content(path), bundle.covered[path]
        if content is None:
            continue
        if content == artifact.text.encode():
            unchanged[path] = _digest(content)
        # What was about to be written may never have been.
        elif not (
            may_overwrite or path in ours or _digest(content) in pending.get(path, "").split()
        ):
            raise WriteError(
                f"`{folder.root}/{path}` is in the way and not of opsc's making:"
                " move it away, or say --overwrite"
            )
    return unchanged


def _refuse_lost_services(folder: Folder, bundle: Bundle) -> None:
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
    folder: Folder,
    bundle: Bundle,
    digests: dict[str, str],
    source_map: str | None,
    on_step: Callable[[str], None],
) -> Outcome:
    """Make the folder hold a bundle; `digests` are those of what it holds already, by path."""
    wanted = bundle.covered
    changed = [path for path in wanted if path not in digests]
    listed, pending = folder.listed(MANIFEST), folder.listed(PENDING)
    known = {
        path: frozenset(f"{listed.get(path, '')} {pending.get(path, '')}".split())
        for path in listed | pending
        if bundle.covers(path)
    }
    for path in digests:
        on_step(path)
    if changed:
        coming = {path: pending.get(path, "") for path in changed}
        folder.replace({PENDING: json.dumps({"artifacts": pending | coming})})
        for path in changed:
            on_step(path)
            content = wanted[path].text.encode()
            digests[path] = _digest(content)
            coming[path] = f"{coming[path]} {digests[path]}"
            folder.prepare(path, content, is_synced=len(changed) <= SINGLE)
        if len(changed) > SINGLE:
            folder.sync()
        folder.replace({PENDING: json.dumps({"artifacts": pending | coming})})
        folder.settle(changed)
    written = changed
    removed, kept = _remove_stale(folder, known, wanted)
    further = {MANIFEST: bundle.manifest(listed, digests)}
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
    folder: Folder, known: Mapping[str, frozenset[str]], wanted: Container[str]
) -> tuple[list[str], list[str]]:
    """Remove what we wrote once and no longer make, unless somebody changed it since."""
    removed, kept = [], []
    for path, digests in known.items():
        folder.remove(temporary(path))
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
