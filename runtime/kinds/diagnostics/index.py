"""The index of an archive: parts enter, `index.json` and, for people, `index.md` leave."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import runtime
from runtime.clock import short
from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from runtime.kinds.diagnostics.bundle import Part


@frozen
class Index(Frozen):
    """What is said of an archive: when and where it was made, what is in it, what is not."""

    service: str
    host: str
    made_at: datetime
    seconds: float
    parts: Sequence[Part]
    redactions: Mapping[str, int]

    def files(self) -> dict[str, bytes]:
        """Return the index's own files."""
        return {
            "index.json": (json.dumps(self._data(), indent=2) + "\n").encode(),
            "index.md": ("\n".join(self._page()) + "\n").encode(),
        }

    @property
    def striking(self) -> tuple[str, ...]:
        """What somebody should look at first, of all collectors."""
        return tuple(line for part in self.parts for line in part.striking)

    def _data(self) -> dict[str, Any]:
        return {
            "version": 1,
            "opsrun": runtime.VERSION,
            "service": self.service,
            "host": self.host,
            "made_at": short(self.made_at),
            "duration_seconds": round(self.seconds, 3),
            "redactions": dict(sorted(self.redactions.items())),
            "striking": list(self.striking),
            "collectors": {part.name: _of_part(part) for part in self.parts},
        }

    def _page(self) -> Iterator[str]:
        about = f" of {self.service}" if self.service else ""
        yield f"# Diagnostics{about} on {self.host}, {short(self.made_at)}"
        yield ""
        hidden = sum(self.redactions.values())
        yield (
            f"Collected in {self.seconds:.1f}s by opsrun {runtime.VERSION};"
            f" {hidden} secrets are hidden as `***`."
        )
        yield from _list("Look first at", self.striking)
        yield from ("", "## What was collected", "")
        yield "| collector | status | seconds | files | bytes |"
        yield "|---|---|---:|---:|---:|"
        for part in self.parts:
            sizes = f"{part.seconds:.2f} | {len(part.files)} | {part.bytes}"
            yield f"| {part.name} | {part.status} | {sizes} |"
        yield from _list("What could not be had", _of_each(self.parts, "faults"))
        yield from _list("What is cut off", _of_each(self.parts, "cut"))
        yield from _list("What there is not", _of_each(self.parts, "absent"))
        yield from ("", "## Files", "")
        yield "| file | bytes |"
        yield "|---|---:|"
        for part in self.parts:
            for name, content in sorted(part.files.items()):
                yield f"| [{name}]({name}) | {len(content)} |"
        if hidden:
            yield from ("", "## What was hidden", "")
            yield from (f"- {what}: {n}" for what, n in sorted(self.redactions.items()))


def _of_part(part: Part) -> dict[str, Any]:
    return {
        "status": part.status,
        "duration_seconds": round(part.seconds, 3),
        "bytes": part.bytes,
        "faults": list(part.faults),
        "cut": list(part.cut),
        "absent": list(part.absent),
        "striking": list(part.striking),
        "files": {name: len(content) for name, content in sorted(part.files.items())},
    }


def _of_each(parts: Sequence[Part], what: str) -> list[str]:
    return [f"{part.name}: {line}" for part in parts for line in getattr(part, what)]


def _list(heading: str, lines: Sequence[str]) -> Iterator[str]:
    if lines:
        yield from ("", f"## {heading}", "")
        # What was found is text, whatever it looks like.
        yield from (f"- {_plain(line)}" for line in lines)


def _plain(line: str) -> str:
    for character in "\\`*_[]<>|":
        line = line.replace(character, f"\\{character}")
    return line
