"""The only writer to disk: artifacts of one environment into their folder, or what differs.

Every file is the old one or the new one at any moment. The manifest comes last and lists what is
ours, by digest; a list of what is about to change comes first, so that a run that was cut off
leaves nothing that the next one does not know. Files that no list names are never touched.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from compiler.errors import WriteError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from compiler.artifact.artifact import Artifact

MANIFEST: Final = "manifest.json"
PENDING: Final = ".manifest.pending"
SOURCE_MAP: Final = "source-map.json"


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


@dataclass(frozen=True, slots=True, kw_only=True)
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

    @property
    def texts(self) -> dict[str, str]:
        """The texts that are looked at, by path."""
        return {each.path: each.text for each in self.artifacts if self.covers(each.path)}

    def manifest(self, listed: Mapping[str, str]) -> str:
        """Given the digests of the last manifest, return the next one: one artifact a line."""
        digests = {path: known for path, known in listed.items() if not self.covers(path)}
        digests |= {path: digest(text) for path, text in self.texts.items()}
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
    ours = _listed(folder, MANIFEST)
    wanted = bundle.texts | {MANIFEST: bundle.manifest(ours)}
    found = [
        Change(path=path, before=before, after=text)
        for path, text in wanted.items()
        if (before := _text(folder, path)) != text
    ]
    found.extend(
        Change(path=path, before=before, after=None)
        for path in ours
        if bundle.covers(path)
        and path not in wanted
        and (before := _text(folder, path)) is not None
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
    try:
        if not may_overwrite:
            _refuse_foreign(folder, bundle.texts)
        if not may_drop_services:
            _refuse_lost_services(folder, bundle)
        return _write(folder, bundle, source_map, on_step)
    except OSError as error:
        raise WriteError(f"cannot write `{folder}`: {error.strerror}: {error.filename}") from error


def _refuse_foreign(folder: Path, texts: Mapping[str, str]) -> None:
    """Raise `WriteError` when somebody else's file stands in an artifact's place."""
    ours = _listed(folder, MANIFEST) | _listed(folder, PENDING)
    for path, text in texts.items():
        if path in ours or not (folder / path).exists():
            continue
        if _text(folder, path) != text:
            raise WriteError(
                f"`{folder / path}` is in the way and not of opsc's making:"
                " move it away, or say --overwrite"
            )


def _refuse_lost_services(folder: Path, bundle: Bundle) -> None:
    """Raise `WriteError` when the last manifest has a service that is not compiled now."""
    lost = [name for name in _manifest(folder).get("services", ()) if name not in bundle.services]
    if lost:
        names = ", ".join(f"`{name}`" for name in lost)
        raise WriteError(
            f"`{folder}` also holds what {names} compiled to: name the specs of all services,"
            " or say --drop-services"
        )


def _write(
    folder: Path, bundle: Bundle, source_map: str | None, on_step: Callable[[str], None]
) -> Outcome:
    wanted = bundle.texts
    listed, pending = _listed(folder, MANIFEST), _listed(folder, PENDING)
    known = {
        path: frozenset(f"{listed.get(path, '')} {pending.get(path, '')}".split())
        for path in listed | pending
        if bundle.covers(path)
    }
    changed = {path: text for path, text in wanted.items() if _text(folder, path) != text}
    if changed:
        coming = {path: f"{pending.get(path, '')} {digest(changed[path])}" for path in changed}
        _replace(folder, PENDING, json.dumps({"artifacts": pending | coming}))
    for path in wanted:
        on_step(path)
        if path in changed:
            _replace(folder, path, changed[path])
    written = list(changed)
    removed, kept = _remove_stale(folder, known, wanted)
    further = {MANIFEST: bundle.manifest(listed)}
    if source_map is not None:
        further[SOURCE_MAP] = source_map
    for path, text in further.items():
        if _text(folder, path) != text:
            _replace(folder, path, text)
            written.append(path)
    others = {path: told for path, told in pending.items() if not bundle.covers(path)}
    if others:
        _replace(folder, PENDING, json.dumps({"artifacts": others}))
    elif pending or changed:
        _safe(folder, PENDING).unlink(missing_ok=True)
    return Outcome(written=tuple(written), removed=tuple(removed), kept=tuple(kept))


def _remove_stale(
    folder: Path, known: Mapping[str, frozenset[str]], wanted: Mapping[str, str]
) -> tuple[list[str], list[str]]:
    """Remove what we wrote once and no longer make, unless somebody changed it since."""
    removed, kept = [], []
    for path, digests in known.items():
        _temporary(folder, path).unlink(missing_ok=True)
        text = None if path in wanted else _text(folder, path)
        if text is None:
            continue
        if digest(text) not in digests:
            kept.append(path)
            continue
        _safe(folder, path).unlink()
        removed.append(path)
        _remove_empty_parents(folder, path)
    return removed, kept


def _remove_empty_parents(folder: Path, path: str) -> None:
    for parent in (folder / path).parents:
        if parent == folder or any(parent.iterdir()):
            return
        parent.rmdir()


def _manifest(folder: Path, name: str = MANIFEST) -> dict[str, Any]:
    """Return what a list in the folder says; nothing when there is no list."""
    text = _text(folder, name)
    if text is None:
        return {}
    try:
        said: Any = json.loads(text)
    except ValueError:
        said = None
    if not isinstance(said, dict) or not isinstance(said.get("artifacts"), dict):
        raise WriteError(
            f"`{folder / name}` is not a list that opsc wrote: move it away and compile again"
        )
    return said


def _listed(folder: Path, name: str) -> dict[str, str]:
    """Return the digests by path that a list in the folder holds; empty when there is no list."""
    artifacts = _manifest(folder, name).get("artifacts", {})
    return {str(path): str(known) for path, known in artifacts.items() if _is_inside(str(path))}


def _is_inside(path: str) -> bool:
    """Whether a listed path stays in the folder."""
    return not path.startswith("/") and ".." not in path.split("/")


def _safe(folder: Path, path: str) -> Path:
    """Return the file's place; raise `WriteError` when a link leads there."""
    place = folder
    for part in path.split("/"):
        place = place / part
        if place.is_symlink():
            raise WriteError(f"`{place}` is a link: opsc writes only into its own folder")
    return place


def _text(folder: Path, path: str) -> str | None:
    """Return a file's text, or None when there is no such file or it is no text."""
    try:
        return _safe(folder, path).read_bytes().decode()
    except (FileNotFoundError, NotADirectoryError, UnicodeDecodeError):
        return None


def _temporary(folder: Path, path: str) -> Path:
    place = folder / path
    return place.with_name(f".{place.name}.opsc")


def _replace(folder: Path, path: str, text: str) -> None:
    """Write a file beside its place, make it durable, and put it there in one step."""
    place = _safe(folder, path)
    place.parent.mkdir(parents=True, exist_ok=True)
    temporary = _temporary(folder, path)
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    with os.fdopen(descriptor, "wb") as file:
        file.write(text.encode())
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(place)
    parent = os.open(place.parent, os.O_RDONLY)
    try:
        os.fsync(parent)
    finally:
        os.close(parent)
