"""The paths of a command line → the files they mean → documents.

- A file that is named is read, whatever it is called. In a folder, and those below it, the files
  named ``*.yaml`` and ``*.yml`` are meant, in the order of their names; hidden files and folders,
  and links to folders, are passed over. A file that is named twice is read once.
- A path that does not exist, cannot be read, or is a folder without a spec, raises `InputError`.
- Files are shown as they were named, with ``/`` between folders.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from compiler.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from compiler.source.tree import Document

SUFFIXES: Final = (".yaml", ".yml")
"""How the names of specs end."""


def load(paths: Iterable[str]) -> tuple[Document, ...]:
    """Given the paths of a command line, return their documents; raise `InputError`."""
    from compiler.source.characters import MAX_FILE_BYTES
    from compiler.source.collection import paused_collection
    from compiler.source.reader import read

    documents = []
    with paused_collection():
        for path in gather(paths):
            try:
                with open(path, "rb") as file:
                    data = file.read(MAX_FILE_BYTES + 1)
            except OSError as error:
                raise InputError(_refusal(path, error)) from error
            documents.append(read(displayed(path), data))
    return tuple(documents)


def gather(paths: Iterable[str]) -> list[str]:
    """Given paths of files and folders, return the files, each once; raise `InputError`."""
    found: dict[str, str] = {}
    for path in paths:
        for file in _files(path):
            found.setdefault(os.path.realpath(file), file)
    return list(found.values())


def _files(path: str) -> list[str]:
    """Return the files that one path means."""
    try:
        os.stat(path)
    except (OSError, ValueError) as error:
        raise InputError(_refusal(path, error)) from error
    if not os.path.isdir(path):
        return [path]
    files = sorted(_specs(path))
    if not files:
        raise InputError(f"the folder `{displayed(path)}` holds no *.yaml file")
    return files


def _specs(folder: str) -> Iterator[str]:
    """Yield the specs in a folder and below it, in no order."""

    def refuse(error: OSError) -> None:
        raise InputError(_refusal(str(error.filename), error)) from error

    for parent, folders, names in os.walk(folder, onerror=refuse):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            if name.endswith(SUFFIXES) and not name.startswith("."):
                yield os.path.join(parent, name)


def displayed(path: str) -> str:
    """Given a path, return it as it is shown: with ``/``, and in characters that can be printed."""
    text = os.fsencode(path).decode("utf-8", "replace")
    return text.replace(os.sep, "/")


def _refusal(path: str, error: Exception) -> str:
    reason = getattr(error, "strerror", None) or "not a path"
    return f"cannot read `{displayed(path)}`: {reason[:1].lower()}{reason[1:]}"
