"""What the archive will hold: what was gathered enters, and leaves within limits, secrets gone."""

from __future__ import annotations

import contextlib
import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from runtime.contract.frozen import Frozen, frozen

if TYPE_CHECKING:
    from runtime.kinds.diagnostics.gather import Gathered
    from runtime.kinds.diagnostics.redaction import Redactor

Status: TypeAlias = Literal["ok", "partly", "failed", "late", "absent"]
"""How a collector fared; `absent` when there is nothing of the kind, which is no fault."""

FAILED: Final[tuple[Status, ...]] = ("partly", "failed", "late")
"""Statuses that leave something missing."""

MOST_SAID: Final = 100
"""Most faults, and most striking things, of one collector that are told."""
_UNUSUAL: Final = re.compile(r"[^A-Za-z0-9._@+-]")


@frozen
class Part(Frozen):
    """What one collector contributes, without secrets; files by their path in the archive."""

    name: str
    status: Status
    seconds: float
    files: dict[str, bytes]
    faults: tuple[str, ...] = ()
    cut: tuple[str, ...] = ()
    striking: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()

    @property
    def bytes(self) -> int:
        """Size of its files together."""
        return sum(map(len, self.files.values()))


@dataclass(slots=True, kw_only=True)
class Packing:
    """Makes parts of what was gathered; `left_bytes` is the room that there still is."""

    redactor: Redactor
    left_bytes: int
    seconds_allowed: float
    files: dict[str, bytes] = field(default_factory=dict)

    def part(self, gathered: Gathered) -> Part:
        """Given what a collector found, return it as it goes into the archive."""
        cut = list(gathered.cut)
        files: dict[str, bytes] = {}
        last = list(gathered.files)[-1:]
        for name, content in gathered.files.items():
            was_flooded = gathered.has_flooded or gathered.is_late
            text = self._redacted(name, content.decode("utf-8", "replace"))
            if was_flooded and [name] == last:
                text = _whole_lines(text)
                cut.append(f"{name}: the rest of it")
            raw = text.encode("utf-8", "replace")
            if len(raw) > self.left_bytes:
                raw = _whole_lines(raw[: self.left_bytes].decode("utf-8", "ignore")).encode()
                cut.append(f"{name}: the archive has no room for more")
            self.left_bytes -= len(raw)
            path = f"{gathered.name}/{self._path(name)}"
            files[_unused(path, files)] = raw
        faults = list(gathered.faults)
        if gathered.is_late:
            faults.append(f"stopped after {self.seconds_allowed:g}s")
        if gathered.has_flooded:
            cut.append("everything beyond the limit of one collector")
        return Part(
            name=gathered.name,
            status=_status(gathered),
            seconds=gathered.seconds,
            files=files,
            faults=self._said(faults),
            cut=self._said(cut),
            striking=self._said(gathered.striking),
            absent=self._said(gathered.absent),
        )

    def _redacted(self, name: str, text: str) -> str:
        """Return a file without secrets; in JSON each text is looked at as it is, and in place."""
        if name.endswith(".json"):
            with contextlib.suppress(ValueError, RecursionError):
                found = self.redactor.value(json.loads(text))
                text = json.dumps(found, indent=2, ensure_ascii=False) + "\n"
        return self.redactor.text(text)

    def _path(self, name: str) -> str:
        """Return a file's path below the collector's folder: plain parts, none hidden or above."""
        parts = [
            _UNUSUAL.sub("_", part).lstrip(".")[:120] or "_"
            for part in self.redactor.text(name).split("/")
            if part
        ]
        return "/".join(parts[-12:]) or "_"

    def _said(self, lines: list[str]) -> tuple[str, ...]:
        return tuple(_one_line(self.redactor.text(line)) for line in lines[:MOST_SAID])


def _one_line(text: str) -> str:
    return " ".join(text.split())[:1000]


def _status(gathered: Gathered) -> Status:
    if gathered.is_late:
        return "late"
    if gathered.faults:
        return "partly" if gathered.files else "failed"
    return "absent" if gathered.absent and not gathered.files else "ok"


def _whole_lines(text: str) -> str:
    """Return a text that is cut off without its last line, which may end in half a secret."""
    return text[: text.rfind("\n") + 1]


def _unused(path: str, files: dict[str, bytes]) -> str:
    """Return a path, with a number where another file has that path already."""
    number, free = 1, path
    while free in files:
        number += 1
        free = f"{path}.{number}"
    return free
