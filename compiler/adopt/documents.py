"""The bytes of foreign files → their documents, each a located tree.

A file may hold several documents; one begins at a line ``---``, or after a line ``...``. It is read
by itself, by the reader of specs, with blank lines in place of the others: so its lines are those
of the file.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from compiler.errors import InputError
from compiler.source.characters import MAX_FILE_BYTES, decode
from compiler.source.collection import paused_collection
from compiler.source.files import displayed, gather
from compiler.source.reader import read
from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from compiler.finding import Finding
    from compiler.source.tree import Map, Text

MAX_DOCUMENTS: Final = 1000
"""Documents of one file; with more, padding each with blank lines would take long."""

_BEGIN: Final = re.compile(r"---(?:\s|\Z)")
_END: Final = re.compile(r"\.\.\.(?:\s|\Z)")


@frozen
class Loaded(Frozen):
    """What was read: the whole text of each file, the documents' roots, findings about the text.

    `is_whole` says that every document could be read: what nobody finds may stand in another.
    """

    texts: Mapping[str, Text]
    roots: tuple[Map, ...]
    findings: tuple[Finding, ...]
    is_whole: bool = True


def load(paths: Iterable[str]) -> Loaded:
    """Given the paths of files and folders, return what they hold; raise `InputError`."""
    files = []
    for path in gather(paths):
        try:
            with open(path, "rb") as file:
                files.append((displayed(path), file.read(MAX_FILE_BYTES + 1)))
        except OSError as error:
            raise InputError(f"cannot read `{displayed(path)}`: {error.strerror}") from error
    return loaded(files)


def loaded(files: Iterable[tuple[str, bytes]]) -> Loaded:
    """Given the names and bytes of files, return what they hold."""
    texts: dict[str, Text] = {}
    roots: list[Map] = []
    findings: list[Finding] = []
    is_whole = True
    with paused_collection():
        for name, data in files:
            text, notes, is_readable = decode(name, data)
            texts[name] = text
            findings.extend(notes.found)
            if not is_readable or notes.found:
                continue
            parts = list(_parts(text))
            if not parts or len(parts) > MAX_DOCUMENTS:
                notes.add(
                    "spec/too-deep" if parts else "spec/syntax",
                    f"more than {MAX_DOCUMENTS} documents" if parts else "the file says nothing",
                    notes.span(0, 0, 0, 0),
                    help_line="divide the file" if parts else "",
                )
                findings.extend(notes.found)
                continue
            for part in parts:
                document = read(name, part.encode("utf-8", "surrogatepass"))
                findings.extend(document.findings)
                if document.root is not None and not document.broken:
                    roots.append(document.root)
                else:
                    is_whole = False
    return Loaded(texts=texts, roots=tuple(roots), findings=tuple(findings), is_whole=is_whole)


def _parts(text: Text) -> Iterator[str]:
    """Yield the documents that say something, each after as many line breaks as lines before it."""
    first, lines = 0, text.lines
    for number in range(len(lines) + 1):
        is_end = number < len(lines) and _END.match(lines[number])
        if number < len(lines) and not is_end and not _BEGIN.match(lines[number]):
            continue
        part = lines[first:number]
        if any(_says_something(line) for line in part):
            yield "\n" * first + "\n".join(part) + "\n"
        first = number + 1 if is_end else number


def _says_something(line: str) -> bool:
    said = line[3:].strip() if _BEGIN.match(line) else line.strip()
    return bool(said) and not said.startswith(("#", "%"))
